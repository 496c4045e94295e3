#include "setup/journal.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <span>

#include "base/text.h"

namespace backstop::setup {

namespace {

namespace json = boost::json;

constexpr int kVersion = 1;
constexpr int kMostLinesOfSetting = 10;
constexpr std::array<std::string_view, 3> kPhases = {"applying", "applied", "undoing"};

json::array changes_of(const Journal& journal) {
  json::array changes;
  for (const auto& change : journal.changes) {
    changes.push_back({{"list", change.list},
                       {"name", change.name},
                       {"was_there", change.was_there},
                       {"replaced", change.replaced},
                       {"wrote", change.wrote}});
  }
  return changes;
}

std::string text_at(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

Journal read_journal(const json::object& object) {
  Journal journal;
  const auto phase = std::ranges::find(kPhases, text_at(object, "phase"));
  journal.phase = static_cast<Journal::Phase>(std::min<std::ptrdiff_t>(phase - kPhases.begin(), 2));
  journal.step = text_at(object, "step");
  journal.main_cf = text_at(object, "main_cf");
  journal.copy = text_at(object, "copy");
  journal.written = text_at(object, "written");
  journal.start = text_at(object, "start");
  journal.stop = text_at(object, "stop");
  for (const auto& one : object.at("changes").as_array()) {
    const auto& change = one.as_object();
    journal.changes.push_back({text_at(change, "list"), text_at(change, "name"),
                               change.at("was_there").as_bool(), text_at(change, "replaced"),
                               text_at(change, "wrote")});
  }
  for (const auto& one : object.at("files").as_array()) {
    journal.files.push_back({text_at(one.as_object(), "path"), text_at(one.as_object(), "digest")});
  }
  for (const auto& one : object.at("folders").as_array()) journal.folders.emplace_back(one.as_string());
  return journal;
}

}  // namespace

const MadeFile* Journal::find(std::string_view path) const {
  const auto found = std::ranges::find(files, path, &MadeFile::path);
  return found == files.end() ? nullptr : &*found;
}

void Journal::note_file(std::string path, std::string_view content) {
  std::erase_if(files, [&](const MadeFile& file) { return file.path == path; });
  files.push_back({std::move(path), digest_of(content)});
}

std::string journal_text(const Journal& journal) {
  json::array files;
  for (const auto& file : journal.files) files.push_back({{"path", file.path}, {"digest", file.digest}});
  json::array folders;
  for (const auto& folder : journal.folders) folders.emplace_back(folder);
  const json::object object{{"version", kVersion},
                            {"phase", kPhases.at(static_cast<std::size_t>(journal.phase))},
                            {"step", journal.step},
                            {"main_cf", journal.main_cf},
                            {"copy", journal.copy},
                            {"written", journal.written},
                            {"changes", changes_of(journal)},
                            {"files", std::move(files)},
                            {"folders", std::move(folders)},
                            {"start", journal.start},
                            {"stop", journal.stop}};
  return json::serialize(object) + "\n";
}

base::Result<Journal> parse_journal(std::string_view text) {
  boost::system::error_code failed;
  const auto value = json::parse(text, failed);
  if (failed) return std::unexpected(base::Error{"it is no JSON"});
  try {
    const auto& object = value.as_object();
    if (object.at("version").as_int64() != kVersion)
      return std::unexpected(base::Error{"it was written by another version of Backstop"});
    return read_journal(object);
  } catch (const std::exception&) {
    return std::unexpected(base::Error{"it is not what setup writes"});
  }
}

std::string digest_of(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  ::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha256(), nullptr);
  return base::hex(std::span(digest).first(size));
}

std::string main_cf_before(Machine& machine, const Journal& journal, std::string_view now) {
  const auto* const copy = journal.find(journal.copy);
  if (copy != nullptr && digest_of(now) == journal.written) {
    const auto text = machine.read(journal.copy);
    if (text && *text && digest_of(**text) == copy->digest) return **text;
  }
  std::string text = take_out_of_lists(now, journal.changes);
  // Of a setting with several lines the last one counts, and without it the one before, which may have our
  // sockets, too.
  std::vector<ListChange> sockets = journal.changes;
  std::erase_if(sockets, [](const ListChange& change) { return !change.list.ends_with("milters"); });
  for (int line = 0; line < kMostLinesOfSetting; ++line) {
    std::string less = take_out_of_lists(text, sockets);
    if (less == text) break;
    text = std::move(less);
  }
  return text;
}

base::Result<std::optional<Journal>> JournalFile::load() const {
  const auto refuse = [this](std::string_view why) {
    return std::unexpected(base::Error{fmt::format("{}: {}", base::printable(path()), why)});
  };
  if (!machine_.is_there(path())) return std::optional<Journal>();
  if (!machine_.is_ours(folder_) || !machine_.is_ours(path()))
    return refuse("it could have been written by another user, so nothing is done that it says");
  const auto text = machine_.read(path());
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::optional<Journal>();
  auto journal = parse_journal(**text);
  if (!journal) return refuse(journal.error().message);
  return std::optional(std::move(*journal));
}

base::Result<void> JournalFile::save(const Journal& journal) const {
  return machine_.replace(path(), journal_text(journal));
}

base::Result<void> JournalFile::remove() const {
  if (auto done = machine_.remove(path()); !done) return done;
  machine_.remove_folder(folder_);
  return {};
}

}  // namespace backstop::setup
