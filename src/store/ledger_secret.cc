#include "store/ledger_secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/text.h"

namespace backstop::store {

namespace {

using SharedSecret = std::shared_ptr<const LedgerSecret>;

std::unexpected<base::Error> refuse(std::string what) {
  return std::unexpected(base::Error{"its key file: " + std::move(what)});
}

std::unexpected<base::Error> refuse_errno(std::string_view doing) {
  const std::string reason = std::strerror(errno);
  return refuse(fmt::format("{}: {}", doing, reason));
}

/// Owns a file descriptor.
class File {
 public:
  explicit File(int number) : number_(number) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

base::Result<std::string> read_all(const File& file) {
  std::string text(LedgerSecrets::kMostText + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.number(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse_errno("can't read it");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  if (size > LedgerSecrets::kMostText) return refuse("it is too long");
  return text;
}

/// Returns nullopt if there is no such file.
base::Result<std::optional<std::string>> read_private_file(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open() && errno == ENOENT) return std::nullopt;
  if (!file.is_open()) return refuse_errno("can't open it");
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return refuse_errno("can't look at it");
  if (!S_ISREG(status.st_mode)) return refuse("it is no plain file");
  if ((status.st_mode & 077U) != 0) {
    return refuse(
        fmt::format("others than its owner can reach it; run: chmod 600 {}", base::printable(path)));
  }
  auto text = read_all(file);
  if (!text) return std::unexpected(text.error());
  return std::move(*text);
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = ::write(file, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

base::Result<void> sync_folder_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const File folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || ::fsync(folder.number()) != 0) return refuse_errno("can't sync its folder");
  return {};
}

/// True if the file belongs to whom the one at `path` belongs to, if there is one: root may replace the file
/// of the user that Backstop runs as.
bool keeps_owner(const File& file, const std::string& path) {
  struct stat old{};
  if (::stat(path.c_str(), &old) != 0) return errno == ENOENT;
  if (old.st_uid == ::geteuid() && old.st_gid == ::getegid()) return true;
  return ::fchown(file.number(), old.st_uid, old.st_gid) == 0;
}

/// Replaces the file by a new one of mode 0600; a reader sees either the old text or the new.
base::Result<void> replace_private_file(const std::string& path, std::string_view text) {
  std::string name = path + ".XXXXXX";
  const File file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.is_open()) return refuse_errno("can't write beside it");
  const bool is_written =
      keeps_owner(file, path) && write_all(file.number(), text) && ::fsync(file.number()) == 0;
  if (is_written && ::rename(name.c_str(), path.c_str()) == 0) return sync_folder_of(path);
  auto error = refuse_errno("can't write it");
  ::unlink(name.c_str());
  return error;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text, int base) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Month> month_of(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  const auto year = number_of<int>(text.substr(0, 4), 10);
  const auto month = number_of<unsigned>(text.substr(5), 10);
  if (!year || !month) return std::nullopt;
  const Month out{std::chrono::year(*year), std::chrono::month(*month)};
  return out.ok() ? std::optional(out) : std::nullopt;
}

std::optional<LedgerSecret::Bytes> bytes_of(std::string_view hex) {
  LedgerSecret::Bytes bytes{};
  if (hex.size() != 2 * bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = base::hex_value(hex[2 * i]);
    const int low = base::hex_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<unsigned char>(high * 16 + low);
  }
  return bytes;
}

SharedSecret secret_of(std::string_view line) {
  constexpr std::string_view kWord = "secret ";
  constexpr std::size_t kMonth = 7;
  constexpr std::size_t kId = 16;
  if (!line.starts_with(kWord)) return nullptr;
  line.remove_prefix(kWord.size());
  if (line.size() < kMonth + kId + 2 || line[kMonth] != ' ' || line[kMonth + 1 + kId] != ' ') return nullptr;
  const auto month = month_of(line.substr(0, kMonth));
  const auto id = number_of<std::int64_t>(line.substr(kMonth + 1, kId), 16);
  const auto bytes = bytes_of(line.substr(kMonth + kId + 2));
  if (!month || !id || *id <= 0 || !bytes) return nullptr;
  return std::make_shared<const LedgerSecret>(*month, *id, *bytes);
}

}  // namespace

LedgerSecret::LedgerSecret(Month month, std::int64_t id, const Bytes& bytes)
    : month_(month), id_(id), bytes_(bytes), hash_(bytes), nobodys_(range({})) {}

LedgerSecret::~LedgerSecret() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

base::Result<SharedSecret> LedgerSecret::make(Month month) {
  Bytes bytes{};
  std::uint64_t id = 0;
  if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1 ||
      RAND_bytes(reinterpret_cast<unsigned char*>(&id), sizeof id) != 1) {
    return refuse("OpenSSL has no random numbers");
  }
  return std::make_shared<const LedgerSecret>(month, static_cast<std::int64_t>(id >> 1 | 1), bytes);
}

OwnerRange LedgerSecret::range(std::string_view owner) const {
  std::string text(1, '\0');
  text += owner;
  const auto digest = hash_.of(text);
  OwnerRange range;
  std::copy_n(digest.begin(), range.prefix.size(), range.prefix.begin());
  return range;
}

const OwnerRange& KeyMaker::range(std::string_view owner) {
  if (owner.empty()) return secret_.nobodys_;
  if (owner != owner_) {
    range_ = secret_.range(owner);
    owner_ = owner;
  }
  return range_;
}

LedgerKey KeyMaker::key(const RowKey& row) {
  const OwnerRange& owner = range(row.owner);
  const auto add_number = [this](std::uint64_t number) {
    text_.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  text_.assign(1, static_cast<char>(row.kind));
  // The lengths keep "ab", "c" apart from "a", "bc".
  for (const auto part : {row.owner, row.first, row.second}) {
    add_number(part.size());
    text_ += part;
  }
  add_number(static_cast<std::uint64_t>(row.number));
  const auto digest = secret_.hash_.of(text_);
  LedgerKey key;
  std::ranges::copy(owner.view(), key.bytes.begin());
  std::copy_n(digest.begin(), key.bytes.size() - owner.prefix.size(),
              key.bytes.begin() + owner.prefix.size());
  return key;
}

base::Result<std::vector<SharedSecret>> parse_secrets(std::string_view text) {
  std::vector<SharedSecret> secrets;
  std::string_view line;
  for (int number = 1; base::next_line(text, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    auto secret = secret_of(line);
    if (!secret) return refuse(fmt::format("line {} is not \"secret MONTH ID HEX\"", number));
    secrets.push_back(std::move(secret));
  }
  return secrets;
}

std::string serialize_secrets(const std::vector<SharedSecret>& secrets) {
  std::string text =
      "# The secrets of the ledger beside this file. Without them it can't be read; don't keep copies of "
      "both\n"
      "# in one place.\n";
  for (const auto& secret : secrets) {
    text += fmt::format("secret {:04}-{:02} {:016x} ", static_cast<int>(secret->month().year()),
                        static_cast<unsigned>(secret->month().month()), secret->id());
    text += base::hex(secret->bytes()) + '\n';
  }
  return text;
}

base::Result<void> LedgerSecrets::read() {
  const std::lock_guard lock(mutex_);
  return merge_file();
}

base::Result<void> LedgerSecrets::save() {
  const std::lock_guard lock(mutex_);
  if (!is_unsaved_ && ::access(path_.c_str(), F_OK) == 0) return {};
  if (auto done = merge_file(); !done) return done;
  if (secrets_.empty()) return {};
  if (auto done = write_file(); !done) return done;
  is_unsaved_ = false;
  return {};
}

base::Result<void> LedgerSecrets::destroy(Month month, const std::function<bool(std::int64_t id)>& is_used) {
  const std::lock_guard lock(mutex_);
  const auto is_over = [&](const SharedSecret& secret) {
    return secret->month() < month && !is_used(secret->id());
  };
  if (std::ranges::none_of(secrets_, is_over)) return {};
  if (auto done = merge_file(); !done) return done;
  std::erase_if(secrets_, is_over);
  if (auto done = write_file(); !done) return done;
  is_unsaved_ = false;
  return {};
}

base::Result<SharedSecret> LedgerSecrets::of(Month month) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(secrets_, month, &LedgerSecret::month);
  if (found != secrets_.end()) return *found;
  auto made = LedgerSecret::make(month);
  if (!made) return made;
  add(*made);
  is_unsaved_ = true;
  return made;
}

SharedSecret LedgerSecrets::find(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(secrets_, id, &LedgerSecret::id);
  return found == secrets_.end() ? nullptr : *found;
}

std::vector<SharedSecret> LedgerSecrets::all() const {
  const std::lock_guard lock(mutex_);
  return secrets_;
}

base::Result<void> LedgerSecrets::merge_file() {
  const auto text = read_private_file(path_);
  if (!text) return std::unexpected(text.error());
  auto secrets = parse_secrets(text->value_or(""));
  if (!secrets) return std::unexpected(secrets.error());
  for (const auto& secret : *secrets) add(secret);
  // The file may be an older copy, or be gone.
  if (secrets_.size() > secrets->size()) is_unsaved_ = true;
  return {};
}

base::Result<void> LedgerSecrets::write_file() const {
  return replace_private_file(path_, serialize_secrets(secrets_));
}

void LedgerSecrets::add(SharedSecret secret) {
  if (std::ranges::find(secrets_, secret->id(), &LedgerSecret::id) != secrets_.end()) return;
  const auto place =
      std::ranges::upper_bound(secrets_, secret->month(), std::greater(), &LedgerSecret::month);
  secrets_.insert(place, std::move(secret));
}

}  // namespace backstop::store
