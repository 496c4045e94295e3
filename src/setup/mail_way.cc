#include "setup/mail_way.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "setup/list_text.h"
#include "setup/milter_lists.h"

namespace backstop::setup {

namespace {

constexpr std::size_t kFields = 8;  ///< of a line of master.cf; what follows are arguments

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  std::size_t at = 0;
  while (fields.size() < kFields) {
    at = line.find_first_not_of(" \t", at);
    if (at == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    fields.push_back(line.substr(at, end - at));
    at = end;
  }
  return fields;
}

bool has_word(std::string_view list, std::string_view word) {
  return find_element(list, word).has_value();
}

bool is_smtpd(const Service& service) {
  return service.command == "smtpd" && service.type != "unix";
}

std::string_view filter_of(const Service& service, const MainSettings& main) {
  return service.option("content_filter", main.content_filter);
}

/// Returns true if mail comes back here from a content filter: the service sets its own filter to nothing.
bool is_behind_filter(const Service& service) {
  const auto found = service.options.find("content_filter");
  return found != service.options.end() && found->second.empty();
}

/// Where mail is shown to our milter, before a content filter and behind it.
struct Sides {
  std::vector<std::string> before;
  std::vector<std::string> before_unseen;
  std::vector<std::string> behind;
};

Sides sides_of(const std::vector<Service>& services, const MainSettings& main) {
  Sides sides;
  for (const auto& service : services) {
    if (!is_smtpd(service)) continue;
    const bool is_seen = sees_mail(service, main);
    if (!filter_of(service, main).empty()) {
      (is_seen ? sides.before : sides.before_unseen).push_back(service.label());
    } else if (is_behind_filter(service) && is_seen) {
      sides.behind.push_back(service.label());
    }
  }
  return sides;
}

/// Reads a line such as "127.0.0.1:10025/inet/smtpd_milters = inet:host:port".
void take_option(std::string_view line, std::vector<Service>& services) {
  const std::size_t equals = line.find(" =");
  if (equals == std::string_view::npos) return;
  const auto left = line.substr(0, equals);
  const std::size_t slash = left.rfind('/');
  if (slash == std::string_view::npos) return;
  const auto key = left.substr(slash + 1);
  for (auto& service : services) {
    if (service.label() != left.substr(0, slash)) continue;
    service.options.insert_or_assign(std::string(key), std::string(base::trim(line.substr(equals + 2))));
  }
}

std::string names(const std::vector<std::string>& labels) {
  return fmt::format("{}", fmt::join(labels, ", "));
}

std::string unseen_note(const Service& service, const MainSettings& main) {
  const auto overrides = service.option("receive_override_options", main.receive_override_options);
  if (has_word(overrides, "no_milters")) {
    return fmt::format(
        "{}: mail that comes there is shown to no milter (receive_override_options has "
        "no_milters), so Backstop doesn't see it there",
        service.label());
  }
  return fmt::format(
      "{}: it has milters of its own (-o smtpd_milters={}), so Backstop doesn't see mail that "
      "comes there; to change that, add {} as the first of them",
      service.label(), base::printable(service.option("smtpd_milters", "")), kAdditions[0].element);
}

void add_filter_notes(const std::vector<Service>& services, const MainSettings& main,
                      std::vector<std::string>& notes) {
  const Sides sides = sides_of(services, main);
  if (!sides.before.empty() && !sides.behind.empty()) {
    notes.push_back(fmt::format(
        "Mail is seen twice: it is shown to Backstop at {} and, when the content filter has brought it back, "
        "at {}; give the second one -o smtpd_milters= in master.cf",
        names(sides.before), names(sides.behind)));
  }
  if (!sides.before_unseen.empty() && sides.behind.empty()) {
    notes.push_back(fmt::format(
        "Mail is not seen at all: neither {} nor the service behind the content filter shows it to Backstop",
        names(sides.before_unseen)));
  }
}

}  // namespace

std::string_view Service::option(std::string_view key, std::string_view otherwise) const {
  const auto found = options.find(key);
  return found == options.end() ? otherwise : std::string_view(found->second);
}

std::vector<Service> parse_services(std::string_view services, std::string_view options) {
  std::vector<Service> found;
  std::string_view line;
  while (base::next_line(services, line)) {
    const auto fields = fields_of(line);
    if (fields.size() < kFields) continue;
    found.push_back({std::string(fields[0]), std::string(fields[1]), std::string(fields[7])});
  }
  while (base::next_line(options, line)) take_option(line, found);
  return found;
}

bool sees_mail(const Service& service, const MainSettings& main) {
  if (has_word(service.option("receive_override_options", main.receive_override_options), "no_milters"))
    return false;
  const auto own = service.options.find("smtpd_milters");
  return own == service.options.end() || has_word(own->second, kMilterName);
}

std::vector<std::string> way_notes(const std::vector<Service>& services, const MainSettings& main) {
  std::vector<std::string> notes;
  for (const auto& service : services) {
    if (is_smtpd(service) && !sees_mail(service, main)) notes.push_back(unseen_note(service, main));
    if (is_smtpd(service) && sees_mail(service, main) &&
        !service.option("smtpd_proxy_filter", main.smtpd_proxy_filter).empty()) {
      notes.push_back(fmt::format(
          "{}: smtpd_proxy_filter takes the mail before any milter sees its text; let the service behind "
          "that filter show it to Backstop",
          service.label()));
    }
    if (service.command == "cleanup" && service.options.contains("non_smtpd_milters")) {
      notes.push_back(fmt::format(
          "{}: it has its own non_smtpd_milters, so Backstop doesn't see mail of this machine that goes "
          "through it",
          service.label()));
    }
  }
  add_filter_notes(services, main, notes);
  if (!main.smtpd_milter_maps.empty()) {
    notes.push_back(fmt::format(
        "smtpd_milter_maps ({}) names other milters for some clients; Backstop doesn't see their mail",
        base::printable(main.smtpd_milter_maps)));
  }
  return notes;
}

bool is_seen_behind_filter(const std::vector<Service>& services, const MainSettings& main) {
  const Sides sides = sides_of(services, main);
  return sides.before.empty() && !sides.behind.empty();
}

SmtpPlace test_place(const std::vector<Service>& services, const MainSettings& main,
                     std::string_view interfaces) {
  for (const auto& service : services) {
    const bool is_screen = service.command == "postscreen";
    if (service.type != "inet" || (!is_screen && !is_smtpd(service))) continue;
    if (!is_screen && !sees_mail(service, main)) continue;
    if (service.option("smtpd_tls_wrappermode", "no") == "yes") continue;
    if (!service.option("smtpd_proxy_filter", main.smtpd_proxy_filter).empty()) continue;
    const std::size_t colon = service.name.rfind(':');
    if (colon != std::string::npos) {
      std::string host = service.name.substr(0, colon);
      if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
      if (host == "localhost") host = "127.0.0.1";
      return {std::move(host), service.name.substr(colon + 1)};
    }
    const auto listed = parse_list(interfaces);
    const bool is_any = listed.empty() || listed[0].text == "all" || listed[0].text == "loopback-only" ||
                        listed[0].text == "localhost";
    return {is_any ? "127.0.0.1" : std::string(listed[0].text), service.name};
  }
  return {};
}

}  // namespace backstop::setup
