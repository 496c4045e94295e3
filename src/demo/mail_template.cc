#include "demo/mail_template.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "base/text.h"
#include "mailbox/mail_source.h"

namespace backstop::demo {

namespace {

/// "{x} is no placeholder here; there are {date} and {tagged}"
base::Error unknown(std::string_view name, const Values& values) {
  std::string known;
  for (const auto& [other, value] : values) known += fmt::format(" {{{}}}", other);
  return {fmt::format("{{{}}} is no placeholder here; these are:{}", base::printable(name, 40), known)};
}

/// Returns the value of that field and removes its line, if the text begins with it.
std::optional<std::string> take_field(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  std::string_view line;
  base::next_line(text, line);
  return std::string(base::trim(line.substr(name.size())));
}

/// Leaves path and name to the caller, who also puts the name of the file before an error.
base::Result<MailTemplate> parse(std::string_view text, const Values& known) {
  const auto refuse = [](std::string_view what) { return std::unexpected(base::Error{std::string(what)}); };
  if (text.contains('\r') || !text.ends_with('\n')) return refuse("each line must end in LF, without CR");
  if (const auto filled = fill(text, known); !filled) return std::unexpected(filled.error());
  const auto reverse_path = take_field(text, "Return-Path:");
  if (!reverse_path || !reverse_path->starts_with('<') || !reverse_path->ends_with('>'))
    return refuse("the first line must be \"Return-Path: <ADDRESS>\" or \"Return-Path: <>\"");
  const auto recipient = take_field(text, "Delivered-To:");
  if (!recipient || recipient->empty()) return refuse("the second line must be \"Delivered-To: ADDRESS\"");
  MailTemplate found;
  found.reverse_path = reverse_path->substr(1, reverse_path->size() - 2);
  found.recipient = *recipient;
  found.answer = take_field(text, "Answered-With:").value_or("");
  found.text = text;
  return found;
}

base::Result<MailTemplate> read_template(const mailbox::SourceMail& mail, const Values& known) {
  const std::filesystem::path path(mail.name);
  auto found = parse(mail.bytes, known);
  if (path.extension() != ".eml") found = std::unexpected(base::Error{"the name must end in .eml"});
  if (!found) {
    return std::unexpected(
        base::Error{fmt::format("{}: {}", base::printable(mail.name, 4096), found.error().message)});
  }
  found->path = path.string();
  found->name = path.stem().string();
  return found;
}

}  // namespace

base::Result<std::string> fill(std::string_view text, const Values& values) {
  std::string out;
  for (std::size_t begin = 0; (begin = text.find('{')) != std::string_view::npos;) {
    out.append(text.substr(0, begin));
    text.remove_prefix(begin + 1);
    const std::size_t end = text.find('}');
    const std::string_view name = text.substr(0, end);
    const auto value = values.find(name);
    if (end == std::string_view::npos || value == values.end()) {
      return std::unexpected(unknown(name, values));
    }
    out.append(value->second);
    text.remove_prefix(end + 1);
  }
  return out.append(text);
}

base::Result<std::vector<MailTemplate>> read_templates(const std::string& folder, const Values& known) {
  base::Result<std::vector<MailTemplate>> found;
  const auto read = mailbox::for_each_mail(folder, [&](const mailbox::SourceMail& mail) {
    auto one = read_template(mail, known);
    if (found && one) found->push_back(std::move(*one));
    if (found && !one) found = std::unexpected(one.error());
  });
  if (!read) return std::unexpected(read.error());
  return found;
}

}  // namespace backstop::demo
