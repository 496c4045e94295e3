#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "app/commands.h"
#include "app/tag_options.h"
#include "base/day.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/address_syntax.h"
#include "origin/tag_evidence.h"
#include "origin/tag_lint.h"

namespace backstop::app {

namespace {

/// What all three work with, read from the options.
struct Task {
  mail::Path path;
  std::chrono::sys_days today;
  origin::TagSettings settings;
  origin::KeyRing keys;
};

std::string printable(const mail::Address& address) {
  return base::printable(address.text(), 2 * mail::kAddressMost);
}

/// Reads everything except the address and the keys; returns nullopt after it said what is wrong.
std::optional<Task> read_settings(const TagOptions& options, CommandContext& context) {
  Task task;
  const auto today = day_of(options);
  const auto settings = settings_of(options);
  if (!today || !settings) {
    report_error(context, kExitUsage, !today ? today.error().message : settings.error().message);
    return std::nullopt;
  }
  task.today = *today;
  task.settings = *settings;
  return task;
}

bool read_keys(const TagOptions& options, Task& task, CommandContext& context) {
  auto keys = ring_of(options, task.today);
  if (!keys) {
    report_error(context, keys.error().exit_status, keys.error().message);
    return false;
  }
  task.keys = std::move(*keys);
  return true;
}

bool read_address(const TagOptions& options, Task& task, CommandContext& context) {
  auto path = mail::parse_path(options.address);
  if (!path) {
    report_error(context, kExitUsage, path.error().message);
    return false;
  }
  task.path = std::move(*path);
  return true;
}

void run_sign(const TagOptions& options, CommandContext& context) {
  auto task = read_settings(options, context);
  if (!task || !read_keys(options, *task, context) || !read_address(options, *task, context)) return;
  const auto tagged = origin::sign(task->path, task->keys, task->today, task->settings);
  if (!tagged) context.exit_status = kExitPartly;
  if (options.is_json) {
    const boost::json::value none;
    const boost::json::object report{
        {"address", task->path.is_null() ? "" : printable(*task->path.address)},
        {"signed", tagged ? boost::json::value(printable(*tagged)) : none},
        {"last_good_day",
         tagged ? boost::json::value(base::format_day(task->today + task->settings.lifetime)) : none},
        {"refused", tagged ? none : boost::json::value(name(tagged.error()))},
        {"detail", tagged ? none : boost::json::value(explain(tagged.error()))},
    };
    context.out << boost::json::serialize(report) << '\n';
  } else if (tagged) {
    context.out << printable(*tagged) << '\n';
  } else {
    context.err << fmt::format("backstop: {} is left as it is: {}\n", base::printable(options.address),
                               explain(tagged.error()));
  }
}

/// What the address holds, whether or not we made it: the same members in the reports of verify and lint.
void add_tag(boost::json::object& report, const std::optional<origin::Tag>& tag) {
  const bool is_ours = tag && is_verifiable(tag->shape);
  const boost::json::value none;
  report["shape"] = tag ? boost::json::value(name(tag->shape)) : none;
  report["product"] = tag ? boost::json::value(product(tag->shape)) : none;
  report["tag"] = tag ? boost::json::value(base::printable(tag->value)) : none;
  report["plain"] = tag ? boost::json::value(printable(tag->plain)) : none;
  report["key"] = is_ours ? boost::json::value(key_number(*tag)) : none;
}

boost::json::object report_of(const origin::TagCheck& check, const mail::Address& address) {
  const bool is_matched = check.is_ours();
  const boost::json::value none;
  boost::json::object report{{"address", printable(address)}, {"outcome", name(check.outcome)}};
  add_tag(report, check.tag);
  report["family"] = is_matched ? boost::json::value(name(check.family)) : none;
  report["mac_over"] = is_matched ? boost::json::value(name(check.mac_over)) : none;
  report["last_good_day"] = is_matched ? boost::json::value(base::format_day(check.last_good_day)) : none;
  report["detail"] = explain(check, address);
  return report;
}

void run_verify(const TagOptions& options, CommandContext& context) {
  auto task = read_settings(options, context);
  if (!task || !read_keys(options, *task, context) || !read_address(options, *task, context)) return;
  const mail::Address address = task->path.address.value_or(mail::Address{});
  const auto check = origin::verify(address, task->keys, task->today, task->settings);
  if (check.outcome != origin::TagOutcome::Good) context.exit_status = kExitPartly;
  if (options.is_json) {
    context.out << boost::json::serialize(report_of(check, address)) << '\n';
  } else {
    context.out << (task->path.is_null() ? "The null path carries no tag." : explain(check, address)) << '\n';
  }
}

void print_lint(const std::string& address, const origin::TagLint& lint, std::ostream& out) {
  if (lint.tag) {
    out << fmt::format("{} carries a tag of {}: {}, for {}.\n", address, product(lint.tag->shape),
                       base::printable(lint.tag->value), printable(lint.tag->plain));
  } else {
    out << address << " carries no tag.\n";
  }
  for (const auto& finding : lint.findings) out << fmt::format("{}: {}\n", finding.name, finding.detail);
  if (lint.findings.empty()) out << (lint.tag ? "Nothing is wrong with it.\n" : "It could be tagged.\n");
}

void run_lint(const TagOptions& options, CommandContext& context) {
  auto task = read_settings(options, context);
  if (!task || (has_keys(options) && !read_keys(options, *task, context))) return;
  // Text that is no address is a finding of the lint, and no mistake in using the command.
  const auto path = mail::parse_path(options.address);
  origin::TagLint lint;
  if (path) {
    lint = origin::lint(*path, task->today, task->settings, has_keys(options) ? &task->keys : nullptr);
  } else {
    lint.findings.push_back({"no-address", path.error().message + "."});
  }
  if (!lint.findings.empty()) context.exit_status = kExitPartly;
  const std::string address = base::printable(options.address, 2 * mail::kAddressMost);
  if (!options.is_json) return print_lint(address, lint, context.out);
  boost::json::object report{{"address", address}};
  add_tag(report, lint.tag);
  auto& findings = report["findings"].emplace_array();
  for (const auto& finding : lint.findings) {
    findings.push_back({{"name", finding.name}, {"detail", finding.detail}});
  }
  context.out << boost::json::serialize(report) << '\n';
}

using Run = void (*)(const TagOptions&, CommandContext&);

CLI::App& add_action(CLI::App& tag, const std::shared_ptr<TagOptions>& options, CommandContext& context,
                     const char* name, const char* description, Run run) {
  auto& action = *tag.add_subcommand(name, description);
  action.add_option("ADDRESS", options->address, "The address, with or without angle brackets")
      ->type_name("")
      ->required();
  add_day_options(action, *options);
  add_delimiter_option(action, options->delimiter);
  action.add_flag("--json", options->is_json, "One JSON object (docs/tags.md)");
  action.callback([options, run, &context] { run(*options, context); });
  return action;
}

}  // namespace

void add_tag_command(CLI::App& root, CommandContext& context) {
  auto& tag = *root.add_subcommand("tag", "Sign, verify and lint the tag of an address (BATV)");
  tag.require_subcommand(1);
  const auto options = std::make_shared<TagOptions>();
  auto& sign = add_action(
      tag, options, context, "sign",
      "Print the address with a tag. If the address must stay as it is, say why; the exit status is then 1",
      run_sign);
  sign.add_flag("--sub-address", options->is_sub_address,
                "Write user+prvs=TAG@domain, not prvs=TAG=user@domain");
  auto& verify = add_action(
      tag, options, context, "verify",
      "Say whether the tag was made with our key. The exit status is 0 if it was and is not expired",
      run_verify);
  auto& lint = add_action(
      tag, options, context, "lint",
      "Say whose tag it is and what is wrong with it. The exit status is 0 if nothing is wrong", run_lint);
  for (auto* const action : {&sign, &verify, &lint}) add_key_options(*action, *options);
  for (auto* const action : {&verify, &lint}) add_indimail_option(*action, *options);
}

}  // namespace backstop::app
