// SEARCH, SORT, THREAD (RFC 9051 §6.4.4, RFC 5256, RFC 5182 and others).
#include "actors/clock.h"
#include "actors/searching/searches.h"
#include "actors/session/imap/imap_session.h"
#include "actors/session/imap/search_answer.h"
#include "actors/session/imap/search_run.h"
#include "transport/imap/capability.h"

namespace facteur {

// Nothing: an error was answered.
std::shared_ptr<ImapSearch> ImapSession::prepare_search(imap::SearchCriteria& criteria, bool uid,
                                                        const imap::SearchReturn& result) {
    if (result.update && selected_->contexts.follows(moment_.tag)) { // RFC 5267 §4.3
        bad("A search of this tag is followed already");
        return nullptr;
    }
    // UTF8=ACCEPT says what the strings are in: no other charset can (RFC 6855 §3).
    if ((moment_.enabled & imap::enabled_utf8) != 0 && !criteria.charset.empty() &&
        criteria.charset != "UTF-8" && criteria.charset != "US-ASCII") {
        bad("Strings are in UTF-8");
        return nullptr;
    }
    if (!decode_search_texts(criteria)) {
        if (result.save) selected_->saved.clear(); // NO leaves nothing saved (RFC 9051 §6.4.4.1)
        no(imap::code::bad_charset({"UTF-8", "US-ASCII"}), "Nobody knows this charset");
        return nullptr;
    }
    auto search = std::make_shared<ImapSearch>();
    search->scope = {selected_->account(), selected_->mailbox(), selected_->map(),
                     selected_->saved,     seconds_now(),        false};
    if (result.save) selected_->saved.clear(); // until it has succeeded
    search->key = std::move(criteria.key);
    search->uid = uid;
    return search;
}

void ImapSession::find(std::shared_ptr<ImapSearch> search, std::function<void(ImapFound)> next) {
    Turn turn(services().searches.limits().on_the_spot);
    auto found = run_search(services(), *search, turn);
    if (!turn.wants_thread()) return found_or_failed(std::move(found), next);
    const bool begun = world_.search(id(), search, [this, next = std::move(next)](ImapFound later) {
        found_or_failed(std::move(later), next);
    });
    if (!begun) no("LIMIT", "Too many searches wait: try again later");
}

void ImapSession::found_or_failed(ImapFound found, const std::function<void(ImapFound)>& next) {
    if (found.error) return no("UNAVAILABLE", found.error->description);
    next(std::move(found));
}

void ImapSession::answer_search(const std::shared_ptr<ImapSearch>& search, const imap::SearchReturn& result,
                                bool sort, const ImapFound& found) {
    SearchAsked asked;
    asked.tag = moment_.tag;
    asked.uid = search->uid;
    asked.sort = sort;
    asked.esearch = result.given || (!sort && (moment_.enabled & imap::enabled_rev2) != 0);
    asked.modseq = asks_for_modseq(search->key);
    asked.result = result;
    if (result.save && selected_) selected_->saved = saved_of(result, found.matches);
    write_search_answer(out_, asked, found.matches, *search->scope.map);
    if (result.update && selected_ &&
        !selected_->contexts.follow(moment_.tag, search, found, result.update_items))
        imap::write_condition(out_, "*", Condition::no, imap::code::no_update(moment_.tag),
                              "This search cannot be followed, or too many are");
    ok();
}

void ImapSession::run(imap::command::Search& c) {
    auto search = prepare_search(c.criteria, c.uid, c.result);
    if (!search) return;
    search->scope.wants_relevancy = c.result.relevancy;
    find(search, [this, search, result = c.result](const ImapFound& found) {
        answer_search(search, result, false, found);
    });
}

void ImapSession::run(imap::command::Sort& c) {
    auto search = prepare_search(c.criteria, c.uid, c.result);
    if (!search) return;
    search->order = std::move(c.order);
    search->scope.wants_relevancy = true;
    find(search, [this, search, result = c.result](const ImapFound& found) {
        answer_search(search, result, true, found);
    });
}

void ImapSession::run(imap::command::CancelUpdate& c) {
    if (selected_) selected_->contexts.cancel(c.tags);
    ok();
}

void ImapSession::run(imap::command::Thread& c) {
    auto search = prepare_search(c.criteria, c.uid, {});
    if (!search) return;
    search->algorithm = c.algorithm;
    find(search, [this](const ImapFound& found) {
        imap::write_thread(out_, found.threads);
        ok();
    });
}

} // namespace facteur
