#include "service/trial_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <string_view>

#include "base/text.h"
#include "report/fact_table.h"

namespace backstop::service {

namespace {

namespace json = boost::json;

constexpr std::size_t kIndent = 13;
constexpr std::size_t kMostText = 1000;

std::string wrapped(std::string_view text) {
  return text.empty() ? std::string() : report::wrap(base::printable(text, kMostText), kIndent);
}

std::size_t count(std::span<const TrialStep> steps, TrialState state) {
  return static_cast<std::size_t>(std::ranges::count(steps, state, &TrialStep::state));
}

json::object step_json(const TrialStep& step) {
  const auto text = [](const std::string& value) { return json::string(base::well_formed(value)); };
  return {
      {"name", text(step.name)},   {"state", name(step.state)},           {"happened", text(step.happened)},
      {"means", text(step.means)}, {"message_id", text(step.message_id)}, {"event", text(step.event)}};
}

}  // namespace

bool is_all_good(std::span<const TrialStep> steps) {
  return std::ranges::all_of(steps, [](const TrialStep& step) {
    return step.state == TrialState::Good || step.state == TrialState::LeftOut;
  });
}

std::string trial_rows(std::span<const TrialStep> steps) {
  std::string out;
  for (const auto& step : steps) {
    out += fmt::format("  {:<{}}{}\n", name(step.state), kIndent - 2, step.title);
    out += wrapped(step.happened) + wrapped(step.means);
    if (!step.event.empty()) out += wrapped(fmt::format("Its id is {}.", step.event));
  }
  return out;
}

std::string trial_ending(std::span<const TrialStep> steps, std::string_view owner) {
  const std::size_t wrong = count(steps, TrialState::Wrong);
  const std::size_t untried = count(steps, TrialState::Untried);
  std::string text;
  if (wrong > 0) text += fmt::format("{} of {}: wrong. ", wrong, steps.size());
  if (untried > 0) text += fmt::format("{} of {}: not tried. ", untried, steps.size());
  if (wrong + untried == 0) text = "All is as it should be. ";
  if (std::ranges::any_of(steps, [](const TrialStep& step) { return !step.event.empty(); }))
    text += "`backstop why` explains what has an id. ";
  if (std::ranges::any_of(steps, [](const TrialStep& step) { return !step.message_id.empty(); })) {
    text += fmt::format("Test mail that came in is in the mailbox of {}, and can be deleted.",
                        base::printable(owner));
  }
  return report::wrap(text);
}

json::object trial_json(std::span<const TrialStep> steps, std::string_view owner,
                        std::string_view addressee) {
  json::array rows;
  for (const auto& step : steps) rows.push_back(step_json(step));
  return {{"good", is_all_good(steps)},
          {"from", json::string(base::well_formed(owner))},
          {"to", json::string(base::well_formed(addressee))},
          {"steps", std::move(rows)}};
}

}  // namespace backstop::service
