// The real machine: files, commands, sockets and DNS. Used by one thread.
#pragma once

#include <string>
#include <vector>

#include "setup/machine.h"

namespace backstop::setup {

class SystemMachine : public Machine {
 public:
  /// `resolver` is the DNS server that is asked, as ADDRESS:PORT; empty: those of /etc/resolv.conf.
  explicit SystemMachine(std::string resolver = {}) : resolver_(std::move(resolver)) {}

  Outcome run(const Command& command, std::string_view input) override;
  base::Result<std::optional<std::string>> read(const std::string& path) override;
  bool is_there(const std::string& path) override;
  bool is_folder(const std::string& path) override;
  std::optional<FileOwner> owner_of(const std::string& path) override;
  bool is_ours(const std::string& path) override;
  std::optional<std::string> group_of(const std::string& user) override;
  base::Result<void> create(const std::string& path, std::string_view text, const FileOwner& owner) override;
  base::Result<void> replace(const std::string& path, std::string_view text) override;
  base::Result<void> make_folder(const std::string& path, const FileOwner& owner) override;
  base::Result<void> remove(const std::string& path) override;
  bool remove_folder(const std::string& path) override;
  base::Result<void> greet_milter(const std::string& path, const std::string& user) override;
  base::Result<std::vector<std::string>> look_up(const std::string& name) override;
  base::Result<std::unique_ptr<SmtpTalk>> connect(const std::string& host, const std::string& port) override;
  void wait_a_moment() override;
  std::chrono::sys_seconds now() override;

 private:
  const std::string resolver_;
};

}  // namespace backstop::setup
