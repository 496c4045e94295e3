#include "config/way_out_checks.h"

#include <algorithm>

#include "config/settings.h"

namespace backstop::config {

namespace {

using intake::WayOutSettings;
using policy::WayOutStage;

bool has_gateway(gateway::Direction direction, const Draft& draft) {
  return std::ranges::any_of(draft.gateways,
                             [&](const GatewayDraft& one) { return one.settings.direction == direction; });
}

void check_ledger(const SettingHandle& stage, WayOutStage value) {
  Draft& draft = stage.draft();
  if (!draft.config.ledger.url.empty() ||
      handle(draft, {Section::Ledger}, &store::LedgerSettings::url).is_broken())
    return;
  stage.warning(
      value == WayOutStage::Strict
          ? "there is no [ledger] with a url, so nobody is known to have written, and every bounce "
            "and automatic reply to a stranger is held"
          : "there is no [ledger] with a url, so nobody is known to have written; bounces to people "
            "who did not write still leave, within the rates");
}

void check_directions(const SettingHandle& stage) {
  const Draft& draft = stage.draft();
  if (draft.config.milter.is_used()) return;
  if (!has_gateway(gateway::Direction::Outbound, draft)) {
    stage.warning(
        "there is no outbound gateway, so no response that leaves is seen; your server can bounce what it "
        "took to people who did not write");
  } else if (!has_gateway(gateway::Direction::Inbound, draft)) {
    stage.warning(
        "there is no inbound gateway, so it is not seen which mail arrives; bounces to people who did not "
        "write can leave, within the rates");
  }
}

}  // namespace

void check_way_out(Draft& draft) {
  if (!draft.sections.contains(Section::WayOut)) return;
  const SettingHandle stage = handle(draft, {Section::WayOut}, &WayOutSettings::stage);
  if (stage.is_broken() || (draft.gateways.empty() && !draft.config.milter.is_used())) return;
  check_directions(stage);
  const WayOutStage value = draft.config.gateway.way_out.stage;
  if (value < WayOutStage::Hold) return;
  check_ledger(stage, value);
  if (!draft.config.history_enabled) {
    stage.warning(
        "the history is off, so only the log tells later what was held and why; `backstop history`, `why` "
        "and "
        "`report` need it");
  }
  if (draft.config.held.url.empty() &&
      !handle(draft, {Section::WayOut}, &store::QuarantineSettings::url).is_broken())
    stage.mistake("what is held needs a place; add url = \"sqlite:var/held.db\" to [way_out]");
}

}  // namespace backstop::config
