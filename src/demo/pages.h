// The words of the demo, each a paragraph or a table of at most 80 columns, paths aside.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "demo/folder.h"
#include "demo/tally.h"
#include "net/endpoint.h"

namespace backstop::demo {

/// The two gateways as they were bound.
struct DemoGateways {
  net::Endpoint in;
  net::Endpoint out;
};

/// What Ann would get without Backstop: `others` mails that are not hers, and `hers`.
std::string page_of_before(std::size_t others, std::size_t hers);
std::string page_of_start(const DemoFolder& folder, const DemoGateways& gateways);
/// `tagged`: Ann's address as her mail left with it.
std::string page_of_own(std::size_t sent, std::string_view tagged);
std::string page_of_flood(std::size_t forged, std::size_t welcome, std::size_t connections);
/// `wrong`: differences().
std::string page_of_result(const Recorded& recorded, const Held& held, const std::vector<std::string>& wrong);
/// Tells of the genuine bounce that nothing proves, and what each stage does with it. Empty if the history
/// has none.
std::string page_of_elsewhere(const Recorded& recorded);
/// How to go on with a mail server.
std::string page_of_next();
/// `program`: how it was called.
std::string page_of_stay(const DemoFolder& folder, const DemoGateways& gateways, std::string_view tagged,
                         std::string_view program);
/// `knows_history`: page_of_stay() has named the history.
/// `link` is Service::dashboard_link(); empty: there is none.
std::string page_of_dashboard(std::string_view link);
std::string page_of_end(const DemoFolder& folder, std::string_view program, bool knows_history);

/// A line that is drawn while Ann's mail leaves. `written`: how many mails she writes.
std::string line_of_own(std::size_t written, const Tally& told);

}  // namespace backstop::demo
