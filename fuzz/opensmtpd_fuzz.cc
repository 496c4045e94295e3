// A session of OpenSMTPD's filter: OpenSMTPD and the milter say anything. What OpenSMTPD gets never makes it
// end itself: whole lines of two kinds, at most one result for a question, lines of a mail only while it
// waits for them, and none behind the last one.
//
// The first byte is the kind of settings. Each further line is one of OpenSMTPD's, or, behind "<", a packet
// of the milter: its letter and its data, in which "~" stands for NUL. "<" alone says that the connection is
// there, and "!" that it has ended.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "milter/packet.h"
#include "opensmtpd/session.h"

namespace {

using namespace backstop;
using namespace backstop::opensmtpd;

constexpr std::string_view kId = "7641dfb3798eb5bf";

void require(bool holds) {
  if (!holds) std::abort();
}

class World : public Outside {
 public:
  void say(std::string_view lines) override {
    require(lines.ends_with('\n'));
    std::string_view line;
    while (base::next_line(lines, line)) take(line);
  }
  void open(bool) override { ++opened_; }
  void send(std::string_view packets) override {
    while (!packets.empty()) {
      const auto parsed = milter::parse_packet(packets);
      require(parsed && parsed->packet);
      packets.remove_prefix(parsed->size);
    }
  }
  void close() override {}
  void tell(std::string_view text) override { require(!text.empty()); }

  // What OpenSMTPD has asked.
  void asked(const Line& line) {
    if (line.is_report("tx-mail") || line.is_report("tx-reset")) has_last_ = false;
    if (line.stream != Stream::Filter) return;
    if (!line.is_filter("data-line")) ++questions_;
    if (line.is_filter("data-line")) has_lines_ = true;
  }
  int opened() const { return opened_; }

 private:
  void take(std::string_view line) {
    if (line.starts_with("filter-result|")) {
      require(--questions_ >= 0);
      return;
    }
    require(line.starts_with("filter-dataline|") && has_lines_ && !has_last_);
    has_last_ = line.ends_with("|.") && std::ranges::count(line, '|') == 3;
  }

  int questions_ = 0;
  int opened_ = 0;
  bool has_lines_ = false;
  bool has_last_ = false;
};

void take_packet(std::string_view text, Session& session) {
  std::string data(text.substr(1));
  std::ranges::replace(data, '~', '\0');
  session.heard({.letter = text[0], .data = data});
}

void take_line(std::string_view text, Session& session, World& world) {
  const auto line = parse_line(text);
  if (!line) return require(base::is_utf8(line.error().message));
  require(line->stream == Stream::Config || !line->session.empty());
  if (line->stream == Stream::Config) return;
  world.asked(*line);
  session.take(*line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  Settings settings{
      .tempfail = (data[0] & 1) != 0, .daemon = {}, .limits = {.text = 20, .data = 40}, .memory = 64};
  World world;
  Session session(std::string(kId), settings, world);
  std::string_view line;
  int connections = 0;
  while (base::next_line(rest, line)) {
    if (line == "<" && connections < world.opened()) {
      connections = world.opened();
      session.connected();
    } else if (line == "!") {
      session.lost("the connection was closed");
    } else if (line.starts_with('<') && line.size() > 1) {
      take_packet(line.substr(1), session);
    } else {
      take_line(line, session, world);
    }
  }
  return 0;
}
