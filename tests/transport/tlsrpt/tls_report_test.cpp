#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/message.h"
#include "transport/tlsrpt/tls_report.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::tlsrpt;

namespace {

constexpr std::int64_t midnight = 1'795'824'000; // 2026-11-28
const Policy sts{PolicyType::sts, {"version: STSv1", "mode: testing"}, "example.com", {"*.mail.example.com"}};
const Policy none{PolicyType::none, {}, "example.com", {}};
const FailureDetails expired_certificate{Failure::certificate_expired, "2001:db8::1", "mx1.mail.example.com",
                                         "2001:db8::2", "certificate has expired"};
const Period day{"Académie", "postmaster@a.test", "r1", midnight, midnight + 86'399};

} // namespace

TEST_CASE("where reports go (RFC 8460 §3)") {
    CHECK(record_name("example.com") == "_smtp._tls.example.com");
    CHECK(parse_record("v=TLSRPTv1;rua=mailto:reports@example.com") ==
          std::vector<std::string>{"mailto:reports@example.com"});
    CHECK(parse_record(
              "v=TLSRPTv1; x=y; rua = https://reports.example.com/v1/tlsrpt , ftp:x,mailto:a@b.test ;") ==
          std::vector<std::string>{"https://reports.example.com/v1/tlsrpt", "mailto:a@b.test"});
    for (const auto* text : {"", "v=TLSRPTv2;rua=mailto:a@b.test", "rua=mailto:a@b.test;v=TLSRPTv1",
                             "v=TLSRPTv1;", "v=TLSRPTv1;rua=", "v=TLSRPTv1;rua=,,"})
        CHECK(parse_record(text).empty());
    std::string many = "v=TLSRPTv1;rua=";
    for (int i = 0; i < 50; ++i)
        many += "mailto:a@b.test,";
    CHECK(parse_record(many).size() == max_addresses);
}

TEST_CASE("a day's report (RFC 8460 §4.4)") {
    Tally tally;
    CHECK(tally.is_empty());
    CHECK(write_json(tally, day) ==
          R"({"organization-name":"Académie","date-range":{"start-datetime":"2026-11-28T00:00:00Z",)"
          R"("end-datetime":"2026-11-28T23:59:59Z"},"contact-info":"postmaster@a.test","report-id":"r1",)"
          R"("policies":[]})");
    tally.succeeded(none);
    for (int i = 0; i < 3; ++i)
        tally.succeeded(sts);
    tally.failed(sts, expired_certificate);
    tally.failed(sts, expired_certificate);
    tally.failed(sts, {Failure::starttls_not_supported, "", "mx\xff", "", ""});
    const auto json = write_json(tally, day);
    CHECK_THAT(
        json,
        Catch::Contains(
            R"({"policy":{"policy-type":"no-policy-found","policy-domain":"example.com"},)"
            R"("summary":{"total-successful-session-count":1,"total-failure-session-count":0}})") &&
            Catch::Contains(
                R"({"policy":{"policy-type":"sts","policy-string":["version: STSv1","mode: testing"],)"
                R"("policy-domain":"example.com","mx-host":["*.mail.example.com"]},)"
                R"("summary":{"total-successful-session-count":3,"total-failure-session-count":3},)"
                R"("failure-details":[{"result-type":"starttls-not-supported","receiving-mx-hostname":"mx)"
                "\uFFFD"
                R"(","failed-session-count":1},{"result-type":"certificate-expired","sending-mta-ip":"2001:db8::1",)"
                R"("receiving-mx-hostname":"mx1.mail.example.com","receiving-ip":"2001:db8::2",)"
                R"("failed-session-count":2,"failure-reason-code":"certificate has expired"}]})"));
}

TEST_CASE("what servers do cannot make a tally grow without end") {
    Tally tally;
    for (int i = 0; i < 1000; ++i) {
        tally.failed(sts, {Failure::validation_failure, "", "mx" + std::to_string(i), "", ""});
        tally.succeeded({PolicyType::tlsa, {}, std::to_string(i), {}});
    }
    CHECK(tally.counts().size() == Tally::max_policies);
    CHECK(tally.counts().at(sts).failed == 1000);
    CHECK(tally.counts().at(sts).details.size() == Tally::max_details);
    CHECK(name_of(Failure::sts_webpki_invalid) == "sts-webpki-invalid");
}

TEST_CASE("the mail that brings it (RFC 8460 §5.3)") {
    const ReportMail mail{"a.test", "example.com",     "tlsrpt@a.test", "reports@example.com",
                          day,      midnight + 90'000, [] { return 7; }};
    const auto written = write_mail(mail, R"({"é":1})").value();
    const auto header = mime::header_of(written);
    const auto field = [&](std::string_view name) {
        return mime::text(mime::first_field(header, name)->value);
    };
    CHECK(field("Subject") == "Report Domain: example.com Submitter: a.test Report-ID: <r1@a.test>");
    CHECK(field("TLS-Report-Domain") == "example.com");
    CHECK(field("TLS-Report-Submitter") == "a.test");
    const auto parsed = mime::parse(written);
    REQUIRE(parsed.parts.size() == 3);
    CHECK(mime::parameter(parsed.parts[0].parameters, "report-type") == "tlsrpt");
    CHECK(parsed.parts[2].media_type() == "application/tlsrpt+json");
    CHECK(parsed.parts[2].name == "a.test!example.com!1795824000!1795910399.json");
    CHECK(mime::decode_transfer(parsed.parts[2].body.of(written), parsed.parts[2].encoding).bytes ==
          R"({"é":1})");
    auto wrong = mail;
    wrong.to = "a\r\nb";
    CHECK_FALSE(write_mail(wrong, ""));
}
