// Stands in for the gateway that judges the way out: holds one response as it does.
//
//   hold_response CONFIG ID REVERSE-PATH RECIPIENT... <MAIL
//
// prints "ID is held" once it is on the disk, or why it is not, and then waits for a signal that ends it.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "config/load.h"
#include "intake/journal.h"
#include "intake/keeper.h"
#include "intake/kept_response.h"
#include "net/loop.h"
#include "response/report_and_headers.h"

namespace {

using namespace backstop;

class Silent : public intake::Journal {
 public:
  void record(store::Event) override {}
  void notice(base::LogLevel, std::string_view line) override { std::cerr << line << '\n'; }
};

std::shared_ptr<const store::KeptResponse> response_of(std::span<char*> arguments) {
  auto response = std::make_shared<store::KeptResponse>();
  response->message = response::report_and_headers(std::string(std::istreambuf_iterator<char>(std::cin), {}));
  response->envelope = {
      .id = arguments[0],
      .time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
      .gateway = "out",
      .domain = "example.net",
      .client = "[127.0.0.1]",
      .reverse_path = arguments[1],
      .recipients = {arguments.begin() + 2, arguments.end()},
      .kind = "dsn-failed",
      .cause = "not-owed",
      .explanation = "Nothing shows that this address wrote the mail that this bounce answers",
      .reporting_mta = "mail.example.org",
      .size = response->message.size()};
  return response;
}

net::Task<void> hold(intake::Keeper& keeper, std::shared_ptr<const store::KeptResponse> response,
                     store::SealKey key) {
  const std::string id = response->envelope.id;
  const auto done = co_await keeper.keep(std::move(response), std::move(key));
  std::cout << (done ? id + " is held" : done.error().message) << std::endl;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) return 64;
  const auto loaded = config::load_config(arguments[1]);
  if (!loaded) {
    for (const auto& line : loaded.error().lines) std::cerr << line << '\n';
    return 65;
  }
  const auto& config = loaded->config;
  auto held = store::open_quarantine(config.held);
  if (!held) {
    std::cerr << held.error().message << '\n';
    return 66;
  }
  Silent journal;
  net::Loop loop(1);
  intake::Keeper keeper(std::move(*held), journal, {}, store::KeptPlace::Held);
  net::asio::co_spawn(
      loop.context(),
      hold(keeper, response_of(std::span(arguments, static_cast<std::size_t>(count)).subspan(2)),
           *intake::sealing_key(config.gateway.keys)),
      net::asio::detached);
  loop.context().run();
  ::pause();
  return 0;
}
