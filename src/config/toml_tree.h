// The text of a TOML file as a plain tree, in which each key and value knows its place. toml++ is used
// in toml_tree.cc alone.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::config {

/// A place in a file, both from 1 on; the column counts characters.
struct Place {
  std::size_t line = 1;
  std::size_t column = 1;

  auto operator<=>(const Place&) const = default;
};

enum class TomlType : std::uint8_t { Text, Integer, Real, Boolean, Time, List, Table };

struct TomlNode {
  TomlType type = TomlType::Table;
  Place place;
  std::string key;  ///< if it is a member of a table
  Place key_place;

  std::string text;                ///< Text
  std::int64_t integer = 0;        ///< Integer
  bool is_true = false;            ///< Boolean
  std::vector<TomlNode> children;  ///< List: its items; Table: its members, in the order of the file

  /// Returns the member with that key, or null.
  const TomlNode* find(std::string_view name) const;
};

struct TomlError {
  Place place;
  std::string message;
};

/// The top of the tree is a Table. Refuses more than `kTomlMost` bytes, a key of more than `kTomlKeyParts`
/// parts (a.b.c has three) and what toml++ refuses, such as more than 256 lists in lists: toml++ walks its
/// tree by recursion, and only these bounds keep a hostile file from using up the stack.
/// `booleans` are the keys whose value is true or false, for the advice that an error gives.
std::expected<TomlNode, TomlError> parse_toml(std::string_view text,
                                              std::span<const std::string_view> booleans = {});

constexpr std::size_t kTomlMost = 1024UZ * 1024;
constexpr std::size_t kTomlKeyParts = 8;

/// Says what a value is, for a sentence: "the number 5", "the text \"abc\"", "a list".
std::string describe(const TomlNode& node);

}  // namespace backstop::config
