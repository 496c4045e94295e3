#include "setup/milter_lists.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "setup/list_text.h"
#include "setup/main_cf.h"

namespace backstop::setup {

namespace {

bool is_added_to(std::string_view list) {
  return std::ranges::find(kAdditions, list, &ListAddition::list) != kAdditions.end();
}

/// Returns the list with the elements of our lists, as they were before the change, in place of references to
/// them. A circle, which Postfix refuses, ends after a few rounds.
std::string expanded_value(std::string_view main_cf, std::string_view list) {
  std::string text(raw_value(main_cf, list));
  for (std::size_t round = 0; round <= kAdditions.size(); ++round) {
    std::string next;
    for (const auto& element : parse_list(text)) {
      const auto reference = element.reference();
      const std::string more =
          is_added_to(reference) ? joined(parse_list(raw_value(main_cf, reference))) : joined({element});
      if (!next.empty() && !more.empty()) next += ", ";
      next += more;
    }
    text = std::move(next);
  }
  return text;
}

bool refers_to_ours(std::string_view value) {
  return std::ranges::any_of(parse_list(value),
                             [](const ListElement& element) { return is_added_to(element.reference()); });
}

}  // namespace

ListEdit add_to_lists(std::string_view main_cf) {
  ListEdit edit{std::string(main_cf), {}};
  for (const auto& addition : kAdditions) {
    const auto value = raw_value(main_cf, addition.list);
    if (find_element(value, addition.name)) continue;
    ListChange change{std::string(addition.list), std::string(addition.name),
                      find_assignment(main_cf, addition.list).has_value()};
    if (refers_to_ours(value)) {
      const std::string plain = expanded_value(main_cf, addition.list);
      change.replaced = value;
      change.wrote = fmt::format("{}{}{}", addition.element, plain.empty() ? "" : ", ", plain);
      edit.text = with_value(edit.text, addition.list, change.wrote);
    } else {
      edit.text = with_first_element(edit.text, addition.list, addition.element);
    }
    edit.changes.push_back(std::move(change));
  }
  return edit;
}

std::string take_out_of_lists(std::string_view main_cf, const std::vector<ListChange>& changes) {
  std::string text(main_cf);
  for (const auto& change : changes) {
    const auto found = find_assignment(text, change.list);
    if (!found) continue;
    const bool is_as_written = base::trim(raw_value(text, change.list)) == change.wrote;
    if (!change.replaced.empty() && is_as_written) {
      text.replace(found->value_begin, found->end - found->value_begin, change.replaced);
    } else {
      text = without_list_element(text, change.list, change.name, !change.was_there);
    }
  }
  return text;
}

std::string why_wrong(const ListAddition& addition, std::string_view expanded) {
  std::size_t times = 0;
  for (const auto& element : parse_list(expanded)) {
    const auto name = element.name();
    if (name == addition.name) ++times;
    for (const auto& other : kAdditions) {
      if (other.list != addition.list && other.name == name) {
        return fmt::format("{} would get {}, too, since it takes over {} in a way that can't be changed here",
                           addition.list, name, other.list);
      }
    }
  }
  if (times == 1) return "";
  return fmt::format("{} would have {} {} times", addition.list, addition.name, times);
}

}  // namespace backstop::setup
