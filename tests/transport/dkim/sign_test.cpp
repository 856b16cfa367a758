// What is signed is verified by another implementation, python3-dkim.
#include "transport/base/base64.h"
#include "transport/dkim/sign.h"

#include <catch2/catch.hpp>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace facteur;
using namespace facteur::dkim;

namespace {

constexpr std::string_view letter = "From: =?utf-8?q?Am=C3=A9lie?= <amelie@ac-exemple.test>\r\n"
                                    "To: bob@example.test,\r\n  carl@example.test\r\n"
                                    "Subject:   Une \t question  \r\n"
                                    "Date: Sat, 28 Nov 2026 08:00:00 +0000\r\n"
                                    "Message-ID: <1@ac-exemple.test>\r\n"
                                    "List-Id: <a.test>\r\nList-Id: <b.test>\r\n"
                                    "\r\n"
                                    " Bonjour  \t ,\r\n\r\n.ligne\r\n  \r\nfin \r\n\r\n\r\n";

// Whether each signature holds, as the lines "True" or "False".
std::string verify(const std::string& message, const std::vector<Signer>& signers) {
    const auto folder = std::filesystem::temp_directory_path() / "facteur-dkim-XXXXXX";
    auto path = folder.string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    std::ofstream(path + "/message", std::ios::binary) << message;
    std::ofstream script(path + "/verify.py");
    script << "import dkim\nrecords = {\n";
    for (const auto& signer : signers)
        script << "  b'" << signer.selector << "._domainkey." << signer.domain << ".': b'"
               << signer.key.record() << "',\n";
    script << "}\nmessage = open('" << path << "/message', 'rb').read()\nd = dkim.DKIM(message)\n"
           << "for i in range(" << signers.size() << "):\n"
           << "  try:\n    print(d.verify(idx=i, dnsfunc=lambda name, **_: records.get(name)))\n"
           << "  except dkim.DKIMException as e:\n    print('False')\n";
    script.close();
    const auto command = "/usr/bin/python3 " + path + "/verify.py 2>&1";
    FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output(4096, '\0');
    output.resize(std::fread(output.data(), 1, output.size(), pipe));
    ::pclose(pipe);
    std::filesystem::remove_all(path);
    return output;
}

std::vector<Signer> two_signers() {
    return {{"ac-exemple.test", "r1", PrivateKey::generate(KeyType::rsa).value()},
            {"ac-exemple.test", "e1", PrivateKey::generate(KeyType::ed25519).value()}};
}

} // namespace

TEST_CASE("the relaxed forms of RFC 6376 §3.4.5") {
    CHECK(relaxed_field("A", " X") == "a:X");
    CHECK(relaxed_field("B ", " Y\t\r\n\tZ  ") == "b :Y Z");
    // " C \r\nD \t E\r\n\r\n\r\n" is " C\r\nD E\r\n".
    CHECK(relaxed_body_hash(" C \r\nD \t E\r\n\r\n\r\n") == relaxed_body_hash(" C\r\nD E\r\n"));
    CHECK(relaxed_body_hash(" C\r\nD E") == relaxed_body_hash(" C\r\nD E\r\n"));
    CHECK(relaxed_body_hash(" C\r\nD E") != relaxed_body_hash("C\r\nD E\r\n"));
    CHECK(relaxed_body_hash("a\r\n\r\nb\r\n") != relaxed_body_hash("a\r\nb\r\n"));
    // §3.4.4: the hash of an empty body
    CHECK(encode_base64(relaxed_body_hash("")) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    CHECK(relaxed_body_hash("\r\n \r\n") == relaxed_body_hash(""));
}

TEST_CASE("another implementation verifies both signatures") {
    const auto signers = two_signers();
    const auto fields = sign(letter, signers, 1'795'852'800);
    REQUIRE(fields);
    CHECK(fields->find("\n\r") == std::string::npos);
    CHECK(verify(*fields + std::string(letter), signers) == "True\nTrue\n");

    SECTION("what relays do to white space breaks nothing") {
        auto relayed = *fields + std::string(letter);
        relayed.replace(relayed.find("Subject:   Une \t question  "), 27, "Subject: Une question");
        relayed += "\r\n\r\n";
        CHECK(verify("Received: from x by y; Sat, 28 Nov 2026 08:00:01 +0000\r\n" + relayed, signers) ==
              "True\nTrue\n");
    }
    SECTION("a changed body or subject does") {
        auto changed = *fields + std::string(letter);
        changed.replace(changed.find("fin "), 4, "Fin ");
        CHECK(verify(changed, signers) == "False\nFalse\n");
        changed = *fields + std::string(letter);
        changed.replace(changed.find("question"), 8, "Question");
        CHECK(verify(changed, signers) == "False\nFalse\n");
    }
    SECTION("nobody can add a second From or Subject") {
        CHECK(verify(*fields + "Subject: Autre\r\n" + std::string(letter), signers) == "False\nFalse\n");
        CHECK(verify(*fields + "From: evil@example.test\r\n" + std::string(letter), signers) ==
              "False\nFalse\n");
    }
}

TEST_CASE("a message without From is not signed") {
    const auto fields = sign("Subject: x\r\n\r\ny\r\n", two_signers(), 0);
    REQUIRE_FALSE(fields);
    CHECK(fields.error().code == Code::malformed);
}

TEST_CASE("keys are read as they were written") {
    for (const auto type : {KeyType::rsa, KeyType::ed25519}) {
        const auto key = PrivateKey::generate(type).value();
        const auto again = PrivateKey::from_pem(key.pem());
        REQUIRE(again);
        CHECK(again->type() == type);
        CHECK(again->record() == key.record());
        CHECK(key.record().starts_with(type == KeyType::rsa ? "v=DKIM1; k=rsa; p=MII"
                                                            : "v=DKIM1; k=ed25519; p="));
    }
}

TEST_CASE("what is no key for DKIM is refused") {
    CHECK(PrivateKey::from_pem("nonsense").error().code == Code::malformed);
    CHECK(PrivateKey::from_pem("").error().code == Code::malformed);
    constexpr auto elliptic = "-----BEGIN PRIVATE KEY-----\n"
                              "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n"
                              "OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n"
                              "1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n"
                              "-----END PRIVATE KEY-----\n";
    CHECK(PrivateKey::from_pem(elliptic).error().code == Code::unsupported);
}
