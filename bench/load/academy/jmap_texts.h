// The JMAP requests that the web mail makes, and what is taken from their answers.
#pragma once

#include "bench/load/academy/http_client.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace facteur::load::academy::jmap {

constexpr std::size_t page = 50; // rows

HttpRequest request(const nlohmann::json& calls, const std::string& cookie);

nlohmann::json folders(const std::string& account);
// `filter` of Email/query; the rows with all that they show. A search has snippets too, and no threads.
nlohmann::json list(const std::string& account, const nlohmann::json& filter, std::size_t position);
nlohmann::json search(const std::string& account, const std::string& text);
nlohmann::json open(const std::string& account, const std::string& email);

struct Outgoing {
    std::string account, identity, drafts, sent, from, text;
    std::vector<std::string> to;
    std::string blob; // of an attachment, or empty
};
nlohmann::json send(const Outgoing& outgoing);
// How far a submission is.
nlohmann::json delivery(const std::string& account, const std::string& submission);

// Empty, or what is wrong: another status than a good one, an error of a method, something not created.
std::string problem(const HttpAnswer& answer);
// Of the first Email/query; without parsing the rest, because the client must be quick.
std::vector<std::string> ids(const std::string& body);
// The first value of that name behind `after`; empty when there is none.
std::string value(const std::string& body, const std::string& name, const std::string& after = "");

} // namespace facteur::load::academy::jmap
