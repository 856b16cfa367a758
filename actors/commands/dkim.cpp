// facteur dkim new|show
#include "actors/commands/commands.h"
#include "actors/commands/output.h"
#include "actors/delivery/outbound/signers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace facteur {
namespace {

// A string of a TXT record holds 255 octets.
constexpr std::size_t txt_string = 255;

std::string record_line(const Config& config, const std::string& selector, const dkim::PrivateKey& key) {
    const auto record = key.record();
    std::string strings;
    for (std::size_t at = 0; at < record.size(); at += txt_string)
        strings += fmt::format(" \"{}\"", record.substr(at, txt_string));
    return fmt::format("{}._domainkey.{}. IN TXT{}\n", selector, config.domain, strings);
}

bool is_selector(const std::string& text) {
    return !text.empty() && text.size() <= 63 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

// Never over a key that is there: what it signed could not be checked any more.
bool write_new(const std::string& file, const std::string& text) {
    const Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    return out && ::write(out.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
           ::fsync(out.get()) == 0;
}

int make(Environment& environment, Console& console, const std::string& selector, dkim::KeyType type) {
    if (!is_selector(selector))
        return refuse(console, "A selector is made of a-z, 0-9 and \"-\".", exit_usage);
    const auto key = dkim::PrivateKey::generate(type);
    if (!key) return refuse(console, key.error().message);
    std::error_code ignored;
    std::filesystem::create_directories(dkim_folder(environment.config), ignored);
    const auto file = dkim_file(environment.config, selector);
    if (!write_new(file, key->pem()))
        return refuse(console, fmt::format("{} cannot be made, or is there already.", file));
    console.write(record_line(environment.config, selector, *key));
    return exit_ok;
}

int show_keys(Environment& environment, Console& console, const std::string& selector) {
    auto selectors = environment.config.dkim.selectors;
    if (!selector.empty()) selectors = {selector};
    int code = exit_ok;
    for (const auto& one : selectors) {
        const auto key = read_dkim_key(environment.config, one);
        if (key)
            console.write(record_line(environment.config, one, *key));
        else
            code = refuse(console, key.error().message);
    }
    if (selectors.empty())
        return refuse(console, "[dkim] selectors names no key: nothing that leaves is signed.");
    return code;
}

} // namespace

void add_dkim(CLI::App& parent, Run& chosen) {
    struct Options {
        std::string selector, type = "rsa";
    };
    auto options = std::make_shared<Options>();
    auto* making = parent.add_subcommand("new", "Make a key; prints the DNS record that must be published");
    making->add_option("selector", options->selector, "Its name, such as 2026a")->required();
    making->add_option("--type", options->type, "rsa (2,048 bits) or ed25519")
        ->check(CLI::IsMember({"rsa", "ed25519"}))
        ->capture_default_str();
    making->callback([&chosen, options] {
        chosen.makes_store = true;
        chosen.command = [options](Environment& environment, Console& console) {
            return make(environment, console, options->selector,
                        options->type == "rsa" ? dkim::KeyType::rsa : dkim::KeyType::ed25519);
        };
    });
    auto shown = std::make_shared<std::string>();
    auto* showing = parent.add_subcommand("show", "Print the DNS records of the keys that sign");
    showing->add_option("selector", *shown, "Only this one");
    showing->callback([&chosen, shown] {
        chosen.command = [shown](Environment& environment, Console& console) {
            return show_keys(environment, console, *shown);
        };
    });
}

} // namespace facteur
