// The quarantine and the held store: list, show, release, delete. A mail is shown as text alone, and only if
// it can be put on record who looked at it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>

#include "base/text.h"
#include "http/api.h"
#include "intake/event_of.h"
#include "intake/kept_response.h"
#include "report/quarantine_page.h"

namespace backstop::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostListed = 1000;
/// So many are looked through for those of an owner: others may be flooded.
constexpr std::size_t kMostSearched = 100'000;
constexpr std::size_t kMostIds = 500;
constexpr std::size_t kMostId = 100;
constexpr std::size_t kMostShown = 256UZ * 1024;

/// What tells the two places apart.
struct Place {
  store::QuarantineSettings Sources::* settings;
  store::Direction direction;
  std::string_view kept;  ///< as a participle
};
constexpr Place kQuarantine{&Sources::quarantine, store::Direction::Inbound, "kept back"};
constexpr Place kHeld{&Sources::held, store::Direction::Outbound, "held"};

store::KeptTime now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// A place that is open for one call.
struct Opened {
  const Place& place;
  const Call& call;
  std::unique_ptr<store::Quarantine> store;
  std::vector<store::SealKey> keys;
};

std::expected<Opened, Reply> open(const Place& place, const Call& call) {
  const auto& settings = call.desk.sources.*place.settings;
  if (settings.url.empty())
    return std::unexpected(error_reply(404, fmt::format("there is no {}", name(settings.place))));
  auto store = store::open_existing_quarantine(settings);
  if (!store) return std::unexpected(error_reply(503, store.error().message));
  return Opened{place, call, std::move(*store), intake::seal_keys(call.desk.sources.site()->keys)};
}

void record(const Opened& opened, const store::KeptEnvelope& kept, std::string_view deed, store::Done done) {
  store::Event event;
  event.time = now();
  event.id = kept.id;
  event.gateway = kept.gateway;
  event.direction = opened.place.direction;
  event.reverse_path = base::printable(kept.reverse_path);
  for (const auto& one : kept.recipients) event.recipients.push_back(base::printable(one));
  event.size = kept.size;
  event.cause = deed;
  event.explanation = fmt::format("{} {} what was {} as {}, by the dashboard", opened.call.login->user.name,
                                  deed, opened.place.kept, base::printable(kept.id, kMostId));
  event.done = done;
  intake::add_addresses(event);
  opened.call.desk.sources.journal->record(std::move(event));
}

Reply list(const Place& place, Call& call) {
  auto opened = open(place, call);
  if (!opened) return std::move(opened.error());
  const bool sees_all = call.is(Role::Operator);
  const std::size_t most = sees_all ? kMostListed + 1 : kMostSearched;
  auto kept = opened->store->list(opened->keys, now(), most);
  if (!kept) return error_reply(503, kept.error().message);
  const auto keep = (call.desk.sources.*place.settings).keep;
  json::array found;
  bool is_whole = kept->kept.size() + kept->unreadable.size() < most;
  for (const auto& one : kept->kept) {
    if (!may_see_any(call, one.recipients)) continue;
    if (found.size() == kMostListed) {
      is_whole = false;
      break;
    }
    found.push_back(report::to_json(one, keep));
  }
  return json_reply(json::object{{"kept", std::move(found)},
                                 {"unreadable", sees_all ? kept->unreadable.size() : 0},
                                 {"is_whole", is_whole}});
}

/// Returns the response if there is one that the user may see; an owner doesn't learn of others.
std::expected<store::KeptResponse, std::string> find(const Opened& opened, std::string_view id) {
  auto found = opened.store->find(id, opened.keys, now());
  if (!found) return std::unexpected(found.error().message);
  if (!*found || !may_see_any(opened.call, (*found)->envelope.recipients))
    return std::unexpected(fmt::format("nothing is {} with that id", opened.place.kept));
  return std::move(**found);
}

std::string_view header_of(std::string_view message) {
  for (const std::string_view end : {"\r\n\r\n", "\n\n"}) {
    if (const auto at = message.find(end); at != std::string_view::npos) return message.substr(0, at);
  }
  return message;
}

/// Returns the text with each line made safe to show.
std::string safe_lines(std::string_view text) {
  std::string safe;
  std::string_view line;
  while (safe.size() < kMostShown && base::next_line(text, line)) safe += base::printable(line, 2000) + '\n';
  return safe;
}

Reply show(const Place& place, Call& call) {
  auto opened = open(place, call);
  if (!opened) return std::move(opened.error());
  const auto kept = find(*opened, call.parameter);
  if (!kept) return error_reply(404, kept.error());
  record(*opened, kept->envelope, store::kOpened, store::Done::Quarantined);
  auto object = report::to_json(kept->envelope, (call.desk.sources.*place.settings).keep);
  const auto header = header_of(kept->message);
  object["header"] = safe_lines(header);
  object["text"] = safe_lines(std::string_view(kept->message).substr(header.size()));
  return json_reply(object);
}

using Deed = std::expected<void, std::string> (*)(const Opened& opened, const std::string& id);

std::expected<void, std::string> release(const Opened& opened, const std::string& id) {
  const auto claim = opened.store->claim(id);
  if (!claim) return std::unexpected(claim.error().message);
  const auto kept = find(opened, id);
  if (!kept) return std::unexpected(kept.error());
  if (*claim == nullptr) return std::unexpected("somebody else is releasing it");
  if (auto taken = opened.call.desk.sources.release(*kept); !taken)
    return std::unexpected(taken.error().message);
  record(opened, kept->envelope, store::kReleased, store::Done::Delivered);
  if (const auto removed = opened.store->remove(id); !removed)
    return std::unexpected("it was handed over, and can't be deleted: " + removed.error().message);
  return {};
}

std::expected<void, std::string> erase(const Opened& opened, const std::string& id) {
  const auto kept = find(opened, id);
  // What no key opens can be deleted by those who may see all.
  if (!kept && !opened.call.is(Role::Operator)) return std::unexpected(kept.error());
  const auto removed = opened.store->remove(id);
  if (!removed) return std::unexpected(removed.error().message);
  if (!*removed) return std::unexpected(fmt::format("nothing is {} with that id", opened.place.kept));
  record(opened, kept ? kept->envelope : store::KeptEnvelope{.id = id}, store::kDeleted,
         store::Done::Quarantined);
  return {};
}

Reply to_each(const Place& place, Call& call, Deed deed) {
  const auto body = body_of(call, {});
  const auto* const ids = body ? body->if_contains("ids") : nullptr;
  if (ids == nullptr || !ids->is_array() || ids->as_array().empty() || ids->as_array().size() > kMostIds) {
    return error_reply(400, body ? "\"ids\" is no list of ids" : body.error().message,
                       fmt::format(R"({{"ids":["..."]}} with 1 to {} ids)", kMostIds));
  }
  auto opened = open(place, call);
  if (!opened) return std::move(opened.error());
  json::array done;
  json::array failed;
  for (const auto& one : ids->as_array()) {
    const std::string id = one.is_string() ? std::string(one.as_string()) : std::string();
    const auto result =
        id.empty() || id.size() > kMostId ? std::unexpected(std::string("it is no id")) : deed(*opened, id);
    if (result) {
      done.emplace_back(id);
    } else {
      failed.push_back(
          json::object{{"id", store::sound_text(id.substr(0, kMostId))}, {"why", result.error()}});
    }
  }
  return json_reply(json::object{{"done", std::move(done)}, {"failed", std::move(failed)}});
}

}  // namespace

Reply list_quarantine(Call& call) {
  return list(kQuarantine, call);
}
Reply show_quarantined(Call& call) {
  return show(kQuarantine, call);
}
Reply release_quarantined(Call& call) {
  return to_each(kQuarantine, call, release);
}
Reply delete_quarantined(Call& call) {
  return to_each(kQuarantine, call, erase);
}
Reply list_held(Call& call) {
  return list(kHeld, call);
}
Reply show_held(Call& call) {
  return show(kHeld, call);
}
Reply release_held(Call& call) {
  return to_each(kHeld, call, release);
}
Reply delete_held(Call& call) {
  return to_each(kHeld, call, erase);
}

Reply show_event_header(Call& call) {
  for (const auto* const place : {&kQuarantine, &kHeld}) {
    auto opened = open(*place, call);
    if (!opened) continue;
    const auto kept = find(*opened, call.parameter);
    if (!kept) continue;
    record(*opened, kept->envelope, store::kOpened, store::Done::Quarantined);
    return json_reply(json::object{{"header", safe_lines(header_of(kept->message))}});
  }
  return error_reply(404, "the header is not kept: the history holds no content of mails",
                     "the id of a mail that is in the quarantine or held");
}

}  // namespace backstop::http
