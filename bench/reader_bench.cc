// How many mails a second a core: the candidate test and the whole reading, over mails that were loaded
// before.
//
//   reader_bench [--mails=LIST] [Google Benchmark's own arguments]
//
// LIST has one mail a line: "r" (a response), "o" (ordinary mail) or "u" (not known), a tab, the path.
// Without it the project's fixtures are read. items_per_second is mails a second of CPU time, and the
// counters say how many of them were taken for a response. candidate_test goes through the mails in blocks
// that stay in the cache, as a mail is when it has just come in; candidate_test_from_memory and read go
// through the whole set.
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "response/reader.h"

namespace backstop {
namespace {

namespace fs = std::filesystem;

struct Mails {
  std::vector<std::string> all;
  std::vector<std::string> responses;
  std::vector<std::string> ordinary;
};

std::optional<std::string> slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool add(Mails& mails, char mark, const fs::path& path) {
  std::optional<std::string> mail = slurp(path);
  if (!mail) {
    fmt::print(stderr, "reader_bench: can't read {}\n", path.string());
    return false;
  }
  if (mark == 'r') {
    mails.responses.push_back(*mail);
  } else if (mark == 'o') {
    mails.ordinary.push_back(*mail);
  }
  mails.all.push_back(*std::move(mail));
  return true;
}

bool load_list(Mails& mails, const fs::path& list) {
  std::ifstream file(list);
  if (!file) {
    fmt::print(stderr, "reader_bench: can't read {}\n", list.string());
    return false;
  }
  for (std::string line; std::getline(file, line);) {
    if (line.size() < 3 || line[1] != '\t' || !add(mails, line[0], line.substr(2))) {
      return false;
    }
  }
  return true;
}

char mark_of_fixture(const fs::path& expected) {
  const std::optional<std::string> text = slurp(expected);
  if (!text) {
    return 'u';
  }
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(*text, error);
  if (error || !value.is_object()) {
    return 'u';
  }
  const boost::json::value* kind = value.get_object().if_contains("kind");
  return kind == nullptr ? 'u' : *kind == "none" ? 'o' : 'r';
}

bool load_fixtures(Mails& mails) {
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(BACKSTOP_SOURCE_DIR "/src/response/fixtures")) {
    fs::path path = entry.path();
    if (path.extension() == ".eml" &&
        !add(mails, mark_of_fixture(fs::path(path).replace_extension(".json")), path)) {
      return false;
    }
  }
  return true;
}

struct Test {
  std::string name;
  bool (*run)(response::Reader&, std::string_view);
  std::size_t times;  ///< how often a block of mails is gone through before the next one is
};

/// A server tests a mail that has just come in, so its header stands in the processor's cache. A set of
/// thousands does not fit there, and going through it from end to end measures the memory; a block of this
/// many mails does.
constexpr std::size_t kBlock = 64;

/// One benchmark: `run` over every mail of the set, block by block.
void measure(benchmark::State& state, const std::vector<std::string>& mails, const Test& test) {
  response::Reader reader;
  std::size_t bytes = 0;
  for (const std::string& mail : mails) {
    bytes += mail.size();
  }
  std::size_t found = 0;
  for (auto _ : state) {
    found = 0;
    for (std::size_t begin = 0; begin < mails.size(); begin += kBlock) {
      const std::size_t end = std::min(begin + kBlock, mails.size());
      for (std::size_t time = 0; time < test.times; ++time) {
        for (std::size_t i = begin; i < end; ++i) {
          found += test.run(reader, mails[i]) ? 1 : 0;
        }
      }
    }
  }
  found /= test.times;
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * mails.size() * test.times));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes * test.times));
  state.counters["mails"] = static_cast<double>(mails.size());
  state.counters["found"] = static_cast<double>(found);
}

bool can_be_response(response::Reader& reader, std::string_view mail) {
  return reader.can_be_response(mail);
}

bool is_response(response::Reader& reader, std::string_view mail) {
  return reader.read(mail).kind != response::Kind::None;
}

void register_benchmarks(const Mails& mails) {
  struct Set {
    std::string name;
    const std::vector<std::string>* mails;
  };
  for (const Set& set :
       {Set{"all", &mails.all}, Set{"responses", &mails.responses}, Set{"ordinary", &mails.ordinary}}) {
    if (set.mails->empty()) {
      continue;
    }
    for (const Test& test :
         {Test{"candidate_test/", can_be_response, 16},
          Test{"candidate_test_from_memory/", can_be_response, 1}, Test{"read/", is_response, 1}}) {
      benchmark::RegisterBenchmark(
          (test.name + set.name).c_str(),
          [mails = set.mails, test](benchmark::State& state) { measure(state, *mails, test); });
    }
  }
}

/// Takes --mails=LIST out of the arguments, so that Google Benchmark does not trip over it.
std::optional<fs::path> take_list(int& argc, char** argv) {
  constexpr std::string_view Option = "--mails=";
  std::optional<fs::path> list;
  int kept = 0;
  for (int i = 0; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(Option)) {
      list = argument.substr(Option.size());
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  return list;
}

}  // namespace
}  // namespace backstop

int main(int argc, char** argv) {
  backstop::Mails mails;
  const std::optional<std::filesystem::path> list = backstop::take_list(argc, argv);
  if (!(list ? backstop::load_list(mails, *list) : backstop::load_fixtures(mails)) || mails.all.empty()) {
    fmt::print(stderr, "reader_bench: no mails\n");
    return EXIT_FAILURE;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return EXIT_FAILURE;
  }
  backstop::register_benchmarks(mails);
  benchmark::RunSpecifiedBenchmarks();
  return EXIT_SUCCESS;
}
