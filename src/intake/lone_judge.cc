#include "intake/lone_judge.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "intake/mail_judge.h"
#include "intake/proof_search.h"
#include "intake/recipient_check.h"

namespace backstop::intake {

policy::Verdict lone_verdict(const Transaction& transaction, const response::Response& response,
                             origin::Origin origin) {
  const Recipient& one = transaction.recipients.front();
  policy::MessageFacts facts = common_facts(transaction, response);
  facts.origin = std::move(origin);
  return policy::judge_message(facts, policy_of(*one.domain, one.claim->plain().domain, transaction));
}

origin::Origin LoneJudge::judge(const Transaction& transaction, const response::Response& response,
                                store::LedgerReader* ledger) {
  ProofSearch search(transaction, response, ledger);
  net::asio::co_spawn(loop_.get_executor(), search.look(), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  loop_.restart();
  loop_.run();
  return origin::judge(search.collect(0));
}

}  // namespace backstop::intake
