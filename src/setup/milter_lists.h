// The change of main.cf that lets Postfix ask us: our element is the first of two lists, and bounces of
// Postfix itself go through the second one, too. Pure.
//
// It is the first one since what we add to mail that leaves must be there before a milter signs it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::setup {

inline constexpr std::string_view kMilterName = "unix:backstop/milter.sock";
inline constexpr std::string_view kInternalName = "unix:backstop/internal.sock";

/// What is added to a list of main.cf.
struct ListAddition {
  std::string_view list;
  std::string_view name;     ///< of the element, by which it is found again
  std::string_view element;  ///< as it is written
};

inline constexpr std::array kAdditions = {
    ListAddition{"smtpd_milters", kMilterName, "{ unix:backstop/milter.sock, default_action=accept }"},
    ListAddition{"non_smtpd_milters", kInternalName,
                 "{ unix:backstop/internal.sock, default_action=accept }"},
    ListAddition{"internal_mail_filter_classes", "bounce", "bounce"},
};

/// What was done to one list, for the way back.
struct ListChange {
  std::string list;
  std::string name;
  bool was_there = false;     ///< the parameter was set before
  std::string replaced = {};  ///< the value as it was, if a reference in it was replaced; else empty
  std::string wrote = {};     ///< the value that was written in its place

  bool operator==(const ListChange&) const = default;
};

struct ListEdit {
  std::string text;                 ///< of main.cf
  std::vector<ListChange> changes;  ///< none for a list that had our element already
};

/// Adds ours. A list that takes over another one that gets an element of ours ("$smtpd_milters") gets that
/// list's old elements in place of the reference: it must not get the element of the other one.
ListEdit add_to_lists(std::string_view main_cf);

/// Takes out what the changes say. A value that was replaced comes back if nobody has changed it since.
std::string take_out_of_lists(std::string_view main_cf, const std::vector<ListChange>& changes);

/// Says what is wrong with a list as Postfix expands it, or returns an empty text: our element must be in it
/// once, and that of no other list.
std::string why_wrong(const ListAddition& addition, std::string_view expanded);

}  // namespace backstop::setup
