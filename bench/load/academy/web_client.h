// A web session of one person: signed in by its cookie, with what its pages know.
#pragma once

#include "bench/load/academy/jmap_texts.h"
#include "bench/load/academy/world.h"

#include <memory>

namespace facteur::load::academy {

class WebClient {
public:
    // `problem` is empty when all went well.
    using Then = std::function<void(const std::string& problem)>;
    using Take = std::function<void(const std::string& problem, const std::string& body)>;

    WebClient(World& world, std::size_t person);

    void sign_in(const Then& then);
    void load_folders(const Then& then); // and the JMAP session
    void call(const nlohmann::json& calls, Take then);
    void load(const std::string& blob, const Then& then);
    void upload(std::string bytes, Take then); // its blob, in place of the body
    void send(std::vector<std::string> to, std::string text, const std::string& blob, Take then);
    void sign_out(const Then& then);

    [[nodiscard]] const std::string& account() const { return account_; }
    [[nodiscard]] const std::string& cookie() const { return cookie_; }
    [[nodiscard]] const std::string& inbox() const { return inbox_; }

private:
    std::string take_folders(const std::string& body);

    World& world_;
    std::size_t person_;
    HttpClient http_;
    std::string cookie_, account_, inbox_, drafts_, sent_, identity_;
};

} // namespace facteur::load::academy
