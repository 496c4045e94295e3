#include "setup/page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "dkim/key_name.h"
#include "setup/line_diff.h"

namespace backstop::setup {

namespace {

std::string row(std::string_view name, std::string_view value) {
  return fmt::format("  {:<15}{}\n", name, value);
}

/// Returns the texts on as many rows as it takes, `none` if there are none.
std::string rows(std::string_view name, const std::vector<std::string>& texts, std::string_view none) {
  if (texts.empty()) return row(name, none);
  std::string out;
  for (const auto& text : texts) out += row(out.empty() ? name : "", base::printable(text));
  return out;
}

std::string found_page(const Plan& plan) {
  const auto& postfix = plan.postfix;
  std::string out = fmt::format("Found Postfix {}, {}\n", base::printable(postfix.version),
                                base::printable(postfix.main_cf));
  out += row("way", "milter: Postfix stays as it is, and asks Backstop about each mail");
  out += row("host name", base::printable(postfix.hostname));
  out += rows("domains", plan.domains.names, "none");
  if (!plan.domains.passed_over.empty()) {
    out += row("passed over",
               fmt::format("{} (gets no mail from elsewhere)",
                           base::printable(fmt::format("{}", fmt::join(plan.domains.passed_over, ", ")))));
  }
  out += rows("our networks", plan.facts.trusted, "none");
  out += row("aliases", plan.facts.aliases.empty() ? "none" : base::printable(plan.facts.aliases));
  std::vector<std::string> keys;
  for (const auto& key : plan.keys.keys) keys.push_back(fmt::format("{}: {}", key.name, key.about));
  out += rows("DKIM keys", keys, "none");
  out += row("mail log", plan.mail_log.empty() ? "no file; perhaps in systemd's journal"
                                               : base::printable(plan.mail_log));
  return out;
}

std::string notes_page(const Plan& plan) {
  if (plan.notes.empty()) return "";
  std::string out = "\nTo know:\n";
  for (const auto& note : plan.notes) out += fmt::format("  - {}\n", note);
  return out;
}

std::string new_file(std::string_view path, std::string_view text) {
  return line_diff(base::printable(path), "", text);
}

std::string files_page(const Plan& plan, const SetupSettings& settings) {
  std::string out;
  if (!plan.has_config && !plan.has_key_file) {
    out += fmt::format("  {}: a new key, which only the user {} can read\n",
                       base::printable(settings.key_file()), base::printable(settings.user));
  }
  for (const auto& key : plan.keys.keys) {
    if (plan.has_config) break;
    out += fmt::format("  {}/{}: a public key\n", base::printable(settings.dkim_folder()), key.name);
  }
  out += fmt::format("  {}: a folder for two sockets, of {} and the group {}\n",
                     base::printable(plan.postfix.milter_folder()), base::printable(settings.user),
                     base::printable(plan.postfix.mail_group));
  if (!plan.has_config) out += new_file(settings.config_file, config_text(plan.facts));
  if (plan.has_systemd) out += new_file(settings.unit_folder + "/milter.conf", unit_text(plan));
  return out;
}

std::string start_words(const Plan& plan, const SetupSettings& settings) {
  if (!settings.start.empty()) return base::printable(settings.start);
  if (plan.has_systemd) return "systemctl enable backstop, systemctl restart backstop";
  return "nothing; it must run already (there is no systemd, and no --start)";
}

std::string import_line(const FoundKey& key, const SetupSettings& settings, std::string_view program) {
  const auto name = dkim::parse_key_name(key.name);
  if (!name) return "";
  return fmt::format("  {} keys dkim-import --into {} {} {}\n", program,
                     base::printable(settings.dkim_folder()), name->selector, name->domain);
}

}  // namespace

std::string plan_page(const Plan& plan, const SetupSettings& settings) {
  std::string out = found_page(plan) + notes_page(plan);
  if (plan.changes_main_cf()) {
    out += fmt::format("\nWill be made:\n{}", files_page(plan, settings));
    out += fmt::format("\nWill be started: {}\n", start_words(plan, settings));
    out += fmt::format(
        "\nWill be changed, once the milter answers; a copy with the date is kept:\n{}",
        line_diff(base::printable(plan.postfix.main_cf), plan.postfix.main_cf_text, plan.edit.text));
    out +=
        "\nThen: postfix check, postfix reload, and two test mails. If one of these fails, main.cf becomes "
        "what it was.\n";
  } else {
    out += "\nmain.cf has all that is needed.\n";
  }
  if (!plan.obstacles.empty()) {
    out += "\nThis can't be done yet:\n";
    for (const auto& obstacle : plan.obstacles) out += fmt::format("  - {}\n", obstacle);
  }
  return out;
}

std::string next_steps(const Plan& plan, const SetupSettings& settings, std::string_view program) {
  const auto config = base::printable(settings.config_file);
  std::string out = "Postfix asks Backstop from now on.";
  if (!plan.has_config) out += " All domains are at the stage \"observe\": nothing is refused.";
  out += "\n\n";
  if (plan.has_config && !plan.keys.keys.empty()) {
    out += "Give your configuration the DKIM keys that were found, as [proofs] says:\n";
    for (const auto& key : plan.keys.keys) out += import_line(key, settings, program);
  }
  out += "Let Backstop know what left before:\n";
  if (plan.mail_log.empty()) {
    out += fmt::format(
        "  journalctl -u 'postfix*' --since -30d -o short-iso | {} ledger import -c {} --postfix-log -\n",
        program, config);
  } else {
    out += fmt::format("  {} ledger import -c {} --postfix-log {}*\n", program, config,
                       base::printable(plan.mail_log));
  }
  const bool is_usual = settings.state_folder == SetupSettings().state_folder;
  out += fmt::format("See what it would do:\n  {} history -c {}\nTake it out again:\n  {} setup --undo{}\n",
                     program, config, program,
                     is_usual ? "" : " --state " + base::printable(settings.state_folder));
  return out;
}

}  // namespace backstop::setup
