#include "setup/config_text.h"

#include <fmt/format.h>

#include <string_view>

namespace backstop::setup {

namespace {

/// Returns the text as a basic string of TOML.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + in_quotes(text);
  return "[" + out + "]";
}

std::string domain_section(const std::string& name, const ConfigFacts& facts) {
  std::string text = fmt::format("[[domain]]\nname = {}\nstage = \"observe\"\n", in_quotes(name));
  if (!facts.aliases.empty()) text += fmt::format("aliases = {}\n", in_quotes(facts.aliases));
  return text + "\n";
}

}  // namespace

std::string milter_table(const ConfigFacts& facts) {
  std::string text = fmt::format(
      "[milter]\n"
      "listen = [{}]      # smtpd_milters\n"
      "internal = [{}]  # non_smtpd_milters: mail of the server's own\n"
      "mode = \"0660\"\n"
      "group = {}\n",
      in_quotes("unix:" + facts.milter_socket), in_quotes("unix:" + facts.internal_socket),
      in_quotes(facts.mail_group));
  if (!facts.trusted.empty())
    text += fmt::format("trusted = {}  # mynetworks: their mail leaves\n", list_of(facts.trusted));
  if (!facts.daemons.empty()) text += fmt::format("outbound_daemons = {}\n", list_of(facts.daemons));
  return text;
}

std::string config_text(const ConfigFacts& facts) {
  std::string text = fmt::format(
      "# Written by `backstop setup`, as it found Postfix. `backstop check-config --example` prints every\n"
      "# setting there is.\n\n"
      "[server]\nhostname = {}\nuser = {}\n\n{}\n",
      in_quotes(facts.hostname), in_quotes(facts.user), milter_table(facts));
  text += "# All domains that Postfix takes mail for. At \"observe\" nothing is refused or changed.\n";
  for (const auto& name : facts.domains) text += domain_section(name, facts);
  text += fmt::format("[keys]\nfile = {}\ntags = false\n", in_quotes(facts.key_file));
  if (!facts.delimiter.empty()) text += fmt::format("delimiter = {}\n", in_quotes(facts.delimiter));
  if (!facts.dkim_folder.empty())
    text += fmt::format("\n[proofs]\ndkim_keys = {}\n", in_quotes(facts.dkim_folder));
  text += fmt::format("\n[history]\nurl = {}\n\n[ledger]\nurl = {}\n",
                      in_quotes("sqlite:" + facts.data_folder + "/history.db"),
                      in_quotes("sqlite:" + facts.data_folder + "/ledger.db"));
  return text;
}

}  // namespace backstop::setup
