#include "intake/ledger_answers.h"

#include <functional>
#include <utility>

#include "mail/address.h"

namespace backstop::intake {

namespace {

struct Asked {
  const response::Response& response;
  std::span<const std::string> addressees;
  std::span<const OwnerQuestion> owners;
  std::string author;  ///< in the form of an addressee; empty if there is none
};

/// Returns the answers as they are before anything is known.
LedgerAnswers blank_answers(const Asked& asked) {
  OwnerAnswers blank;
  for (const auto& id : asked.response.answered_ids) blank.ids.push_back({.message_id = id});
  return {.owners = std::vector(asked.owners.size(), blank), .covered_since = {}};
}

template <typename Each>
void each_id(const Asked& asked, LedgerAnswers& into, Each each) {
  const auto& ids = asked.response.answered_ids;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    each(store::imported_id(ids[i]), [&](std::uint32_t) {
      for (auto& owner : into.owners) owner.ids[i].is_imported = true;
    });
    for (std::size_t o = 0; o < asked.owners.size(); ++o) {
      each(store::sent_id(asked.owners[o].owner, ids[i]),
           [&](std::uint32_t value) { into.owners[o].ids[i].recipients = value; });
    }
  }
}

template <typename Each>
void each_owner(const Asked& asked, LedgerAnswers& into, Each each) {
  for (std::size_t o = 0; o < asked.owners.size(); ++o) {
    const auto& owner = asked.owners[o];
    auto& answers = into.owners[o];
    if (!asked.author.empty()) {
      each(store::pair(owner.owner, asked.author), [&](std::uint32_t) { answers.is_author_known = true; });
    }
    each(store::recipients_on(owner.owner, owner.day),
         [&](std::uint32_t value) { answers.recipients = value; });
    for (const auto& from : owner.froms) {
      each(store::sent_as(owner.owner, from), [&](std::uint32_t) { answers.admitted.push_back(from); });
    }
  }
}

template <typename Each>
void each_addressee(const Asked& asked, LedgerAnswers& into, Each each) {
  const auto& ids = asked.response.answered_ids;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    for (std::size_t o = 0; o < asked.owners.size(); ++o) {
      for (const auto& addressee : asked.addressees) {
        each(store::sent_to(asked.owners[o].owner, ids[i], addressee),
             [&](std::uint32_t) { into.owners[o].ids[i].addressees.push_back(addressee); });
      }
    }
  }
}

/// Calls `each(key, take)` for every question, always in the same order. `take` puts the value of a row that
/// is there into the answers.
template <typename Each>
void each_question(const Asked& asked, LedgerAnswers& into, Each each) {
  each_id(asked, into, std::ref(each));
  each_owner(asked, into, std::ref(each));
  each_addressee(asked, into, std::ref(each));
}

std::string author_of(const response::Response& response) {
  const auto author = mail::parse_address(response.author);
  return author ? author->folded() : std::string();
}

}  // namespace

net::Task<base::Result<LedgerAnswers>> ask_ledger(store::LedgerReader& ledger,
                                                  const response::Response& response,
                                                  std::span<const std::string> addressees,
                                                  std::span<const OwnerQuestion> owners) {
  const Asked asked{response, addressees, owners, author_of(response)};
  LedgerAnswers answers = blank_answers(asked);
  answers.covered_since = ledger.covered_since();
  answers.are_ids_dropped = response.answered_ids.size() * (1 + owners.size()) > kMostLedgerQuestions;
  std::vector<store::RowKey> questions;
  each_question(asked, answers, [&](const store::RowKey& key, const auto&) {
    if (questions.size() < kMostLedgerQuestions) questions.push_back(key);
  });
  const auto values = co_await ledger.look_up(questions);
  if (!values) co_return std::unexpected(values.error());
  auto value = values->begin();
  each_question(asked, answers, [&](const store::RowKey&, const auto& take) {
    if (value == values->end()) return;
    if (*value > 0) take(*value);
    ++value;
  });
  co_return answers;
}

}  // namespace backstop::intake
