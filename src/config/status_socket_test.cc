#include "config/status_socket.h"

#include <gtest/gtest.h>

namespace backstop::config {
namespace {

struct Row {
  std::string_view name;
  std::string_view setting;
  bool has_history;
  std::string_view ledger;
  std::string_view quarantine;
  std::string_view held;
  std::string_view want;
};

constexpr Row kRows[] = {
    {"as it is set", "/run/a", true, "sqlite:/l", "sqlite:/q", "sqlite:/h", "/run/a"},
    {"beside the history", "", true, "sqlite:/l", "sqlite:/q", "sqlite:/h", "/var/history.db.sock"},
    {"beside the ledger", "", false, "sqlite:/l", "sqlite:/q", "sqlite:/h", "/l.sock"},
    {"beside the quarantine", "", false, "", "sqlite:/q", "sqlite:/h", "/q.sock"},
    {"beside the held store", "", false, "", "", "sqlite:/h", "/h.sock"},
    {"nowhere", "", false, "", "", "", ""},
    {"as it is set, without a store", "/run/a", false, "", "", "", "/run/a"},
};

TEST(StatusSocket, IsBesideTheFirstStore) {
  for (const auto& row : kRows) {
    Config config;
    config.server.status_socket = row.setting;
    config.history_enabled = row.has_history;
    config.history.url = "sqlite:/var/history.db";
    config.ledger.url = row.ledger;
    config.quarantine.url = row.quarantine;
    config.held.url = row.held;
    EXPECT_EQ(status_socket_of(config), row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::config
