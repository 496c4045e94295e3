#include "config/documents.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "config/settings.h"

namespace backstop::config {

namespace {

constexpr std::size_t kWidth = 100;

constexpr std::string_view kExampleStart =
    R"(# The configuration of `backstop serve`, with every setting there is. Settings with a "#" before
# them may be left out: where it says "The default", that is what holds then. A file like this one
# is checked by `backstop check-config FILE`.
)";

constexpr std::string_view kPageStart = R"(# The configuration file

`backstop serve -c FILE` reads one TOML file. `backstop check-config FILE` checks it, `backstop
check-config --example` prints a file with every setting, commented, to start from. (This page is
written by the program, too, from the same table that the file is read by.)

A small one:

```toml
)";

constexpr std::string_view kSmall = R"([server]
hostname = "mx.example.org"

[[gateway]]
name = "in"
direction = "inbound"
listen = ["0.0.0.0:25", "[::]:25"]
next_hop = "smtp://127.0.0.1:10525"
identity = "xclient"

[[gateway]]
name = "out"
direction = "outbound"
listen = ["127.0.0.1:10526"]
next_hop = "smtp://127.0.0.1:10527"
trusted = ["127.0.0.0/8"]

[[domain]]
name = "example.org"
stage = "observe"

[keys]
file = "var/keys"
tags = false

[history]
url = "sqlite:var/history.db"
keep = "90d"
)";

constexpr std::string_view kPageMiddle = R"(```

The key file is made once, `mkdir var && backstop keys new var/keys`; the history makes itself. A
next hop that trusts this machine (Postfix's `mynetworks` does) takes every client of the gateway
for a trusted one, unless `identity` tells it who they are: [Running Backstop](operations.md) shows
how. It uses the same ports.

- **Times** are text with units: `"7d"`, `"5m"`, `"300s"`, `"1h30m"`, `"200ms"`; w, d, h, m, s and
  ms, the largest first.
- **Sizes** are text with a unit, `"4MiB"`, `"64KiB"` (1024 each), `"50MB"`, `"64kB"` (1000 each),
  `"512B"`, or a number of bytes.
- **Relative paths**, also those in URLs, begin at the folder of the file.
- **The file** may have 1 MiB, and a key 8 parts (`a.b` has two).

## How mistakes are told

The file is checked whole: each mistake is one line with its place, what was found and what would be
right. A setting that Backstop doesn't know is a mistake. With one, nothing starts, and a reload
keeps the configuration that runs.

```
backstop.toml:6:1: unknown key "lisen" in [[gateway]]; did you mean "listen"?
backstop.toml:9:10: stage: found the text "rejekt"; it must be "observe", "label", "quarantine" or "reject"; did you mean "reject"?
```

A line with `warning:` after its place tells of something that is possible and seldom meant; it
keeps nothing from starting.

`check-config` reads the files that the configuration names as well: keys, certificates and their
key. It changes nothing and listens nowhere. If all is good it says what the file comes to: each
gateway with its addresses and its next hop, the domains and their stages, the keys with a
fingerprint of each, the history. Next hops whose names have no address are warnings; `--offline`
looks up none. `check-config --effective` prints only what differs from the defaults. Two machines that share a key show the same fingerprint. If the
history can be read, a last line counts the mail that left without a tag in the last 14 days, by its
reasons: bounces of such mail can't prove themselves. Its exit status is 0 without a mistake, 65
with one, and 66 if the file can't be read.
)";

/// Comment lines of at most kWidth characters.
std::string comment(std::string_view text) {
  std::string out;
  std::string line = "#";
  while (!text.empty()) {
    const auto space = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, space);
    if (line.size() + 1 + word.size() > kWidth && line.size() > 1) {
      out += line + '\n';
      line = "#";
    }
    line += ' ';
    line += word;
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return out + line + '\n';
}

/// If a default has no room on its line, the comment has it, and an example comes below.
bool is_too_wide(const Setting& one) {
  constexpr std::string_view kAround = "# = ";
  return !one.example.empty() && one.key.size() + one.default_value.size() + kAround.size() > kWidth;
}

std::string takes(const Setting& one) {
  if (one.need == Need::Needed) return fmt::format("Takes {}. Needed.", one.description);
  if (is_too_wide(one)) {
    return fmt::format("Takes {}. The default is {}. An example:", one.description, one.default_value);
  }
  if (one.has_default()) return fmt::format("Takes {}. The default:", one.description);
  return fmt::format("Takes {}. Not set by default; an example:", one.description);
}

std::string_view shown_value(const Setting& one) {
  return one.has_default() && !is_too_wide(one) ? std::string_view(one.default_value) : one.example;
}

std::string example_setting(const Setting& one, bool is_active) {
  return fmt::format("\n{}{}{}{} = {}\n", comment(one.help), comment(takes(one)), is_active ? "" : "#",
                     one.key, shown_value(one));
}

// The second gateway: what differs from the first, and what only outbound ones have.
constexpr std::string_view kOutbound = R"(
# The same for mail that leaves. It takes the settings above but for "relays", and two more.
[[gateway]]
name = "out"
direction = "outbound"
listen = ["127.0.0.1:10526"]
next_hop = "smtp://127.0.0.1:10527"
)";

std::string outbound_example() {
  std::string out(kOutbound);
  for (const Setting& one : settings()) {
    // Without a trusted network nobody could send.
    if (one.need == Need::OutboundOnly) out += example_setting(one, one.key == "trusted");
  }
  return out;
}

std::string default_cell(const Setting& one) {
  if (one.need == Need::Needed) return "(needed)";
  return one.has_default() ? fmt::format("`{}`", one.default_value) : "(not set)";
}

/// Returns where or when a setting may be given, as a sentence; empty if always.
std::string_view only_words(Need need) {
  switch (need) {
    case Need::Optional:
      return {};
    case Need::Needed:
      return "It must be given.";
    case Need::OutboundOnly:
      return "Outbound alone.";
    case Need::InboundOnly:
      return "Inbound alone.";
  }
  return {};
}

// What the manual page begins with.
constexpr auto kNotes = std::to_array<std::string_view>({
    "`backstop serve -c FILE` reads one file in TOML. `backstop check-config FILE` checks it whole: each "
    "mistake "
    "is one line with its place, and with one, nothing starts. `backstop check-config --example` prints a "
    "file "
    "with every setting, commented, and `backstop check-config --effective FILE` what a file changes.",
    "Times are text with units: \"7d\", \"5m\", \"300s\", \"1h30m\", \"200ms\". Sizes are text with a unit, "
    "\"4MiB\" or \"50MB\", or a number of bytes. Relative paths, also those in URLs, begin at the folder of "
    "the "
    "file. The file may have 1 MiB.",
    "A setting that is not known is a mistake. What is not given has its default.",
});

std::string table_row(const Setting& one) {
  const std::string only =
      one.need == Need::Needed || one.need == Need::Optional ? "" : fmt::format(" {}", only_words(one.need));
  const std::string example = one.example.empty() ? "" : fmt::format(" Example: `{}`.", one.example);
  return fmt::format("| `{}` | {} | {} | {}{}{} |\n", one.key, one.description, default_cell(one), one.help,
                     only, example);
}

}  // namespace

std::string example_config() {
  std::string out(kExampleStart);
  for (const SectionInfo& section : sections()) {
    out += fmt::format("\n{}{}\n", comment(section.help), section.label());
    for (const Setting& one : settings()) {
      if (one.section != section.section || one.need == Need::OutboundOnly) continue;
      out += example_setting(one, one.need == Need::Needed);
    }
    if (section.section == Section::Gateway) out += outbound_example();
  }
  return out;
}

std::string configuration_page() {
  std::string out = fmt::format("{}{}{}", kPageStart, kSmall, kPageMiddle);
  for (const SectionInfo& section : sections()) {
    out += fmt::format("\n## `{}`\n\n{}\n\n| setting | takes | default | what it is |\n|---|---|---|---|\n",
                       section.label(), section.help);
    for (const Setting& one : settings()) {
      if (one.section == section.section) out += table_row(one);
    }
  }
  return out;
}

std::vector<SectionText> configuration_sections() {
  std::vector<SectionText> texts;
  for (const SectionInfo& section : sections()) {
    SectionText& text = texts.emplace_back(SectionText{section.label(), section.help, {}});
    for (const Setting& one : settings()) {
      if (one.section != section.section) continue;
      text.settings.push_back({.key = one.key,
                               .help = one.help,
                               .takes = one.description,
                               .default_value = one.has_default() ? one.default_value : std::string_view(),
                               .example = one.example,
                               .only = std::string(only_words(one.need))});
    }
  }
  return texts;
}

std::vector<std::string_view> configuration_notes() {
  return {kNotes.begin(), kNotes.end()};
}

std::string small_example() {
  return std::string(kSmall);
}

}  // namespace backstop::config
