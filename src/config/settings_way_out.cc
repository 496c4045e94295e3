// The settings of responses that leave.
#include "config/row.h"

namespace backstop::config {

std::vector<Setting> way_out_settings() {
  using intake::WayOutSettings;
  const Rows way_out(Section::WayOut);
  const auto rate = convert<std::uint32_t>(
      count_kind({.least = 1, .most = 1'000'000}),
      [](std::size_t number) { return static_cast<std::uint32_t>(number); },
      [](std::uint32_t number) { return static_cast<std::size_t>(number); });
  return {
      way_out(
          "stage", enum_kind<policy::WayOutStage>({"observe", "hold", "strict"}), &WayOutSettings::stage,
          {.help = "What is done with a bounce or an automatic reply that leaves and is not owed, since "
                   "nothing shows that its addressee wrote. Observe: it leaves, and the history says what "
                   "hold would have done. Hold: it is kept back; what is unclear leaves within the rates. "
                   "Strict: what is unclear is kept back, too. Hold and strict take a \"url\"."}),
      way_out("vacation", enum_kind<intake::VacationRule>({"rules", "leave"}), &WayOutSettings::vacation,
              {.help = "Rules: automatic replies must be owed, too, and obey RFC 3834: none to lists, "
                       "programs and bulk mail, and, if there is a [ledger], the same one an addressee "
                       "once in 7 days. Leave: they leave as any mail."}),
      way_out("mute", boolean_kind(), &WayOutSettings::is_muting,
              {.help = "Whether the next hop is asked to report nothing (NOTIFY=NEVER) on mail that comes in "
                       "and whose SPF failed, if it speaks DSN (RFC 3461)."}),
      way_out("an_addressee", rate, &WayOutSettings::an_addressee,
              {.help = "How many responses leave to one addressee in a day of which it is unclear whether "
                       "they are owed."}),
      way_out(
          "a_domain", rate, &WayOutSettings::a_domain,
          {.help = "The same for all addressees of a domain in an hour. As many more leave that are owed by "
                   "shared SPF or by another author's signature alone."}),
      way_out("in_all", rate, &WayOutSettings::in_all, {.help = "The same for all in an hour."}),
  };
}

}  // namespace backstop::config
