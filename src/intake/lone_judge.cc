#include "intake/lone_judge.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "intake/proof_search.h"

namespace backstop::intake {

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
