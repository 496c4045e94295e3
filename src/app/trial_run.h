// Sends the mails of `backstop test`, and looks in the history for what became of them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "config/config.h"
#include "service/trial_mails.h"
#include "service/trial_verdict.h"
#include "service/trial_way.h"
#include "store/history.h"

namespace backstop::app {

/// The longest that a test takes.
inline constexpr std::chrono::seconds kTrialTime{60};

/// A view: all of it must outlive the run.
struct TrialPlan {
  const config::Config& config;
  bool has_keys = false;  ///< the files that the configuration names were read
  const service::TrialNames& names;
  const service::TrialWay& in;
  const service::TrialWay& out;
  const std::string& sendmail;    ///< the program, if the way out is sendmail(1)
  store::HistoryReader* history;  ///< null if it can't be read, or is off
};

/// Returns a row for each mail. Sends no more than one of each kind, to the two addresses of the names and
/// nobody else. Waits for as long as the history needs, within kTrialTime.
std::vector<service::TrialStep> run_trial(const TrialPlan& plan);

}  // namespace backstop::app
