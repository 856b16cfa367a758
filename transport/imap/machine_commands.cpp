// Which command is legal when, and the commands that the machine answers by itself.
#include "transport/imap/machine.h"

#include <algorithm>
#include <type_traits>

namespace facteur::imap {
namespace {

template <typename T, typename... Others>
constexpr bool is_one_of = (std::is_same_v<T, Others> || ...);

template <typename T>
constexpr bool any_state = is_one_of<T, command::Capability, command::Noop, command::Logout, command::Id>;
template <typename T>
constexpr bool before_sign_in = is_one_of<T, command::StartTls, command::Authenticate, command::Login>;
template <typename T>
constexpr bool of_selected = is_one_of<T, command::Check, command::Close, command::Unselect, command::Expunge,
                                       command::Search, command::Sort, command::Thread, command::CancelUpdate,
                                       command::Fetch, command::Store, command::Copy, command::Move>;

// Has this key, or one in it, what `wanted` says?
template <typename Wanted>
bool any_key(const SearchKey& key, const Wanted& wanted) {
    return wanted(key) || std::any_of(key.keys.begin(), key.keys.end(),
                                      [&](const SearchKey& child) { return any_key(child, wanted); });
}

template <typename T>
constexpr bool is_search = is_one_of<T, command::Search, command::Sort, command::Thread>;

// RFC 9586 §3: is it about sequence numbers?
template <typename T>
bool uses_numbers(const T& c) {
    if constexpr (requires { c.uid; }) {
        if (!c.uid) return true;
    }
    if constexpr (is_search<T>)
        return any_key(c.criteria.key, [](const SearchKey& key) {
            return key.kind == SearchKey::Kind::sequence && !key.set.saved;
        });
    return false;
}

// RFC 7162 §3.1: what tells the server that the client knows of modseqs.
template <typename T>
bool uses_condstore(const T& c) {
    if constexpr (is_one_of<T, command::Select>) return c.condstore || c.qresync;
    if constexpr (is_one_of<T, command::Status>) return (c.items & status_highest_modseq) != 0;
    if constexpr (is_one_of<T, command::Store>) return c.unchanged_since.has_value();
    if constexpr (is_one_of<T, command::Fetch>)
        return c.changed_since.has_value() ||
               std::any_of(c.items.begin(), c.items.end(),
                           [](const FetchItem& item) { return item.kind == FetchItem::Kind::mod_sequence; });
    if constexpr (is_search<T>)
        return any_key(c.criteria.key,
                       [](const SearchKey& key) { return key.kind == SearchKey::Kind::mod_sequence; });
    return false;
}

} // namespace

std::string_view Machine::why_not(const Command& command) const {
    return std::visit(
        [this]<typename T>(const T&) -> std::string_view {
            if constexpr (any_state<T>) return "";
            if constexpr (before_sign_in<T>)
                return state_ == State::not_authenticated ? "" : "You are signed in already";
            if (state_ == State::not_authenticated) return "Sign in first";
            if constexpr (of_selected<T>) return state_ == State::selected ? "" : "Select a mailbox first";
            return "";
        },
        command);
}

void Machine::note_condstore(const Command& command) {
    if (std::visit([](const auto& c) { return uses_condstore(c); }, command)) enabled_ |= enabled_condstore;
}

std::optional<Event> Machine::command(CommandRead read) {
    tag_ = std::move(read.tag);
    if (state_ == State::not_authenticated && ++early_commands_ > options_->limits.early_commands) {
        write_condition(output_, "*", Condition::bye, "", "Too many commands before a sign-in");
        return end(Closing::Why::limit);
    }
    if (const auto why = why_not(read.command); !why.empty()) return tagged(Condition::bad, "", why);
    if (is_enabled(enabled_uid_only) &&
        std::visit([](const auto& c) { return uses_numbers(c); }, read.command))
        return tagged(Condition::bad, "UIDREQUIRED", "UIDONLY is enabled");
    const auto* select = std::get_if<command::Select>(&read.command);
    const auto* fetch = std::get_if<command::Fetch>(&read.command);
    if (((select != nullptr && select->qresync) || (fetch != nullptr && fetch->vanished)) &&
        !is_enabled(enabled_qresync))
        return tagged(Condition::bad, "", "Enable QRESYNC first"); // RFC 7162 §3.2.5
    note_condstore(read.command);
    return std::visit([this](auto& c) { return run(c); }, read.command);
}

template <typename T>
std::optional<Event> Machine::run(T& c) {
    selects_ = is_one_of<T, command::Select>;
    deselects_ = is_one_of<T, command::Close, command::Unselect>;
    if constexpr (is_one_of<T, command::Select>) examines_ = c.examine;
    if constexpr (is_one_of<T, command::Fetch, command::Store> || is_search<T>) sees_numbers_ = !c.uid;
    waiting_ = Waiting::command;
    return CommandGiven{Command(std::move(c))};
}

std::optional<Event> Machine::run(command::Capability&) {
    write_capability(output_, capabilities());
    return tagged(Condition::ok, "", "Done");
}

std::optional<Event> Machine::run(command::Id&) {
    std::vector<std::pair<std::string_view, std::string_view>> fields(options_->id.begin(),
                                                                      options_->id.end());
    write_id(output_, fields);
    return tagged(Condition::ok, "", "Done");
}

std::optional<Event> Machine::run(command::Logout&) {
    write_condition(output_, "*", Condition::bye, "", "See you");
    tagged(Condition::ok, "", "Done");
    return end(Closing::Why::logout);
}

std::optional<Event> Machine::run(command::StartTls&) {
    if (!options_->starttls || tls_) return tagged(Condition::bad, "", "There is no STARTTLS here");
    tagged(Condition::ok, "", "Begin TLS now");
    reader_.drop_input(); // RFC 9051 §11.3: nothing that came in the clear may count later
    waiting_ = Waiting::tls;
    return StartTls{};
}

std::optional<Event> Machine::run(command::Authenticate& c) {
    if (!may_sign_in()) return tagged(Condition::no, "PRIVACYREQUIRED", "Begin TLS first");
    const auto known = mechanisms();
    if (std::find(known.begin(), known.end(), c.mechanism) == known.end())
        return tagged(Condition::no, "", "Unknown mechanism");
    waiting_ = Waiting::authenticate;
    return AuthenticateStarted{std::move(c.mechanism), std::move(c.initial)};
}

std::optional<Event> Machine::run(command::Login& c) {
    if (!may_sign_in()) return tagged(Condition::no, "PRIVACYREQUIRED", "Begin TLS first");
    waiting_ = Waiting::login;
    return LoginGiven{std::move(c.user), std::move(c.password)};
}

// RFC 5161 §3.1: what cannot be enabled is passed over without a word.
std::optional<Event> Machine::run(command::Enable& c) {
    std::uint8_t fresh = 0;
    std::vector<std::string> names;
    for (const auto& name : c.capabilities) {
        const auto bits = enabled_bits(name);
        const auto same = [&](const std::string& known) {
            return enabled_bits(known == "IMAP4rev2" ? "IMAP4REV2" : known) == bits;
        };
        if (bits == 0 || std::none_of(options_->capabilities.begin(), options_->capabilities.end(), same))
            continue;
        if ((bits & ~(enabled_ | fresh)) == 0) continue;
        fresh = static_cast<std::uint8_t>(fresh | (bits & ~enabled_));
        names.emplace_back(name == "IMAP4REV2" ? "IMAP4rev2" : name);
    }
    enabled_ = static_cast<std::uint8_t>(enabled_ | fresh);
    if (wire().utf8) reader_.set_utf8();
    write_enabled(output_, names);
    if (auto event = tagged(Condition::ok, "", "Done")) return event;
    if (fresh == 0) return std::nullopt;
    return EnabledNow{fresh};
}

std::optional<Event> Machine::run(command::Compress& c) {
    const auto& known = options_->capabilities;
    if (c.mechanism != "DEFLATE" || std::find(known.begin(), known.end(), "COMPRESS=DEFLATE") == known.end())
        return tagged(Condition::no, "", "Unknown compression");
    if (compressed_) return tagged(Condition::no, "COMPRESSIONACTIVE", "It is compressed already");
    tagged(Condition::ok, "", "Begin to compress now");
    reader_.drop_input();
    waiting_ = Waiting::compression;
    return StartCompression{};
}

std::optional<Event> Machine::run(command::Idle&) {
    waiting_ = Waiting::idle_start;
    return IdleStarted{};
}

std::vector<std::string> Machine::mechanisms() const {
    auto out = options_->mechanisms;
    if (tls_) out.insert(out.end(), options_->tls_mechanisms.begin(), options_->tls_mechanisms.end());
    return out;
}

std::vector<std::string> Machine::capabilities() const {
    const std::string literal = options_->literal_plus ? "LITERAL+" : "LITERAL-";
    if (state_ != State::not_authenticated) {
        auto out = options_->capabilities;
        out.push_back(literal);
        return out;
    }
    std::vector<std::string> out = {"IMAP4rev1", "IMAP4rev2", "ID", "ENABLE", literal, "SASL-IR"};
    if (options_->starttls && !tls_) out.emplace_back("STARTTLS");
    if (!may_sign_in()) {
        out.emplace_back("LOGINDISABLED");
        return out;
    }
    for (const auto& mechanism : mechanisms())
        out.push_back("AUTH=" + mechanism);
    return out;
}

} // namespace facteur::imap
