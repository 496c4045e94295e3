// The folders of src/ are the architecture: which room may include which is the table below, held here
// against every #include line. Includes by full path from src/ are the project's; those in angle brackets are
// not, and the pure rooms may not reach a socket, a clock, a file system, an event loop or a database through
// them.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace backstop {
namespace {

struct Room {
  std::string_view name;
  bool pure;
  std::vector<std::string_view> may_include;  ///< beside itself
};

// Stands for every room in the rows above its own.
constexpr std::string_view kAllAbove = "*";

const std::vector<Room>& rooms() {
  static const std::vector<Room> table = {
      {"base", true, {}},
      {"os", false, {"base"}},
      {"mail", true, {"base"}},
      {"net", false, {"base"}},
      {"smtp", true, {"base", "mail"}},
      {"dkim", true, {"base", "mail"}},
      {"milter", true, {"base", "mail", "smtp"}},
      {"response", true, {"base", "mail"}},
      {"origin", true, {"base", "mail", "dkim", "response"}},
      {"policy", true, {"base", "mail", "dkim", "response", "origin"}},
      {"store", false, {"base", "net"}},
      {"mailbox", false, {"base", "os", "mail"}},
      {"auth", false, {"base", "mail", "dkim", "net"}},
      {"next_hop", false, {"base", "os", "mail", "net", "smtp"}},
      {"directory", false, {"base", "mail", "net", "store", "next_hop"}},
      {"intake",
       false,
       {"base", "mail", "dkim", "net", "smtp", "response", "origin", "policy", "store", "auth", "directory"}},
      {"report",
       false,
       {"base", "mail", "dkim", "response", "origin", "policy", "store", "mailbox", "intake"}},
      {"gateway",
       false,
       {"base", "os", "mail", "dkim", "net", "smtp", "response", "origin", "policy", "store", "auth",
        "directory", "next_hop", "intake"}},
      {"filter",
       false,
       {"base", "os", "mail", "dkim", "net", "smtp", "milter", "response", "origin", "policy", "store",
        "auth", "directory", "intake"}},
      {"opensmtpd", false, {"base", "os", "net", "milter"}},
      {"http",
       false,
       {"base", "os", "mail", "dkim", "net", "response", "origin", "policy", "store", "mailbox", "intake",
        "report"}},
      {"audit",
       false,
       {"base", "os", "mail", "net", "smtp", "response", "origin", "store", "next_hop", "report"}},
      {"config", false, {kAllAbove}},
      {"service", false, {kAllAbove}},
      {"setup", false, {"base", "os", "mail", "net", "smtp", "milter", "dkim", "origin", "config"}},
      {"demo", false, {kAllAbove}},
      {"app", false, {kAllAbove}},
      {"library",
       false,
       {"base", "mail", "dkim", "response", "origin", "policy", "mailbox", "report", "config"}},
  };
  return table;
}

// What a pure room may not include: a header that is named here, or that stands below a folder ending in "/".
// <chrono> is not among them: durations and dates are values; the clock's now() is looked for by itself.
constexpr std::string_view kImpureHeaders[] = {
    "sys/socket.h", "sys/un.h",        "sys/epoll.h",       "sys/select.h",
    "netdb.h",      "poll.h",          "netinet/",          "arpa/",
    "unistd.h",     "signal.h",        "csignal",           "ctime",
    "time.h",       "sys/time.h",      "filesystem",        "fstream",
    "iostream",     "fcntl.h",         "sys/stat.h",        "sys/mman.h",
    "dirent.h",     "thread",          "boost/asio.hpp",    "boost/asio/",
    "boost/beast/", "boost/beast.hpp", "boost/filesystem/", "sqlite3.h",
    "hiredis/",     "libpq-fe.h",      "postgresql/",       "ldap.h",
    "ares.h",       "openssl/ssl.h",   "openssl/bio.h",
};

const Room* find_room(std::string_view name) {
  const auto found = std::ranges::find(rooms(), name, &Room::name);
  return found == rooms().end() ? nullptr : &*found;
}

bool may_include(const Room& room, const Room& other) {
  // Both are rows of the table.
  if (std::ranges::find(room.may_include, kAllAbove) != room.may_include.end()) return &other < &room;
  return std::ranges::find(room.may_include, other.name) != room.may_include.end();
}

struct Include {
  std::string path;
  bool is_quoted;
};

std::optional<Include> include_of(std::string_view line) {
  const auto skip_space = [&] {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  };
  skip_space();
  if (!line.starts_with('#')) return std::nullopt;
  line.remove_prefix(1);
  skip_space();
  if (!line.starts_with("include")) return std::nullopt;
  line.remove_prefix(std::string_view("include").size());
  skip_space();
  if (line.empty() || (line.front() != '"' && line.front() != '<')) return std::nullopt;
  const bool is_quoted = line.front() == '"';
  const std::size_t end = line.find(is_quoted ? '"' : '>', 1);
  if (end == std::string_view::npos) return std::nullopt;
  return Include{std::string(line.substr(1, end - 1)), is_quoted};
}

// Why `room` may not have that line, or an empty string.
std::string objection(const Room& room, std::string_view line) {
  const std::string name(room.name);
  if (room.pure && line.find("_clock::now") != std::string_view::npos) return name + " reads a clock";
  const std::optional<Include> include = include_of(line);
  if (!include) return "";
  if (!include->is_quoted) {
    const bool is_impure = std::ranges::any_of(kImpureHeaders, [&](std::string_view header) {
      return header.ends_with('/') ? include->path.starts_with(header) : include->path == header;
    });
    return room.pure && is_impure ? name + " is pure and includes <" + include->path + ">" : "";
  }
  if (include->path.ends_with("_fixture.h")) return name + " includes a fixture of tests";
  const std::string folder = include->path.substr(0, include->path.find('/'));
  if (folder == room.name) return "";
  const Room* const other = find_room(folder);
  if (folder == include->path || other == nullptr) return "\"" + include->path + "\" is no path from src/";
  return may_include(room, *other) ? "" : name + " may not include " + folder;
}

std::vector<std::string> objections(std::string_view room_name, std::string_view file, std::istream& text) {
  const Room* room = find_room(room_name);
  if (room == nullptr)
    return {std::string(file) + ": src/" + std::string(room_name) + " is no room of the table"};
  std::vector<std::string> found;
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    const std::string why = objection(*room, line);
    if (!why.empty()) found.push_back(std::string(file) + ":" + std::to_string(number) + ": " + why);
  }
  return found;
}

TEST(Include, RoomsIncludeOnlyWhatTheyMay) {
  const std::filesystem::path source = std::filesystem::path(BACKSTOP_SOURCE_DIR) / "src";
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source)) {
    const std::string extension = entry.path().extension();
    if (extension != ".h" && extension != ".cc") continue;
    const std::filesystem::path path = entry.path().lexically_relative(source);
    // A test may include anything, and so may its fixture.
    const std::string stem = path.stem();
    if (stem.ends_with("_test") || stem.ends_with("fixture")) continue;
    std::ifstream text(entry.path());
    ASSERT_TRUE(text) << path;
    for (const std::string& found : objections(path.begin()->string(), path.string(), text))
      ADD_FAILURE() << found;
    ++files;
  }
  EXPECT_GT(files, 10);
}

struct LineRow {
  const char* name;
  std::string_view room;
  std::string_view line;
  std::string_view want;  ///< the objection, empty where there is none
};

TEST(Include, TheRuleItself) {
  const LineRow rows[] = {
      {"own room", "mail", "#include \"mail/address.h\"", ""},
      {"a fixture", "mail", "#include \"base/folder_fixture.h\"", "mail includes a fixture of tests"},
      {"a room below", "response", "#include \"mail/message.h\"", ""},
      {"a room above", "mail", "#include \"response/response.h\"", "mail may not include response"},
      {"a room beside", "smtp", "#include \"milter/codec.h\"", "smtp may not include milter"},
      {"origin knows no policy", "origin", "#include \"policy/verdict.h\"", "origin may not include policy"},
      {"nothing includes app", "gateway", "#include \"app/command.h\"", "gateway may not include app"},
      {"http knows no gateway", "http", "#include \"gateway/session.h\"", "http may not include gateway"},
      {"app includes all", "app", "#include \"http/routes.h\"", ""},
      {"a room of all above", "config", "#include \"gateway/settings.h\"", ""},
      {"not of all below", "config", "#include \"service/service.h\"", "config may not include service"},
      {"spaces", "base", "  #  include   \"mail/date.h\"", "base may not include mail"},
      {"no folder", "mail", "#include \"address.h\"", "\"address.h\" is no path from src/"},
      {"up and over", "mail", "#include \"../base/text.h\"", "\"../base/text.h\" is no path from src/"},
      {"socket", "smtp", "#include <sys/socket.h>", "smtp is pure and includes <sys/socket.h>"},
      {"below a folder", "policy", "#include <boost/asio/ip/tcp.hpp>",
       "policy is pure and includes <boost/asio/ip/tcp.hpp>"},
      {"file system", "origin", "#include <fstream>", "origin is pure and includes <fstream>"},
      {"database", "response", "#include <sqlite3.h>", "response is pure and includes <sqlite3.h>"},
      {"clock", "origin", "const auto at = std::chrono::system_clock::now();", "origin reads a clock"},
      {"durations are values", "origin", "#include <chrono>", ""},
      {"net may have sockets", "net", "#include <boost/asio/ip/tcp.hpp>", ""},
      {"a library", "mail", "#include <unicode/ucnv.h>", ""},
      {"commented out", "mail", "// #include \"app/command.h\"", ""},
  };
  for (const auto& row : rows) {
    const Room* room = find_room(row.room);
    ASSERT_NE(room, nullptr) << row.name;
    EXPECT_EQ(objection(*room, row.line), row.want) << row.name;
  }
}

TEST(Include, SaysWhereItStands) {
  std::istringstream text("#include <string>\n\n#include \"app/main.h\"\n");
  EXPECT_EQ(objections("mail", "mail/x.cc", text),
            std::vector<std::string>{"mail/x.cc:3: mail may not include app"});
  std::istringstream none;
  EXPECT_EQ(objections("utils", "utils/x.cc", none),
            std::vector<std::string>{"utils/x.cc: src/utils is no room of the table"});
}

}  // namespace
}  // namespace backstop
