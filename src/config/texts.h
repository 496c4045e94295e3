// The kinds of settings that are text of a grammar: names, addresses, URLs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/kinds.h"
#include "gateway/settings.h"

namespace backstop::config {

/// A list of networks.
Kind<std::vector<net::Network>> networks_kind();
/// "mx.example.org".
Kind<std::string> host_name_kind();
/// "http://..." or "https://...", ASCII, at most 200 characters.
Kind<std::string> web_url_kind();
/// Letters, digits, "-", "_" and ".", at most 32: it is shown in logs and in the history.
Kind<std::string> gateway_name_kind();
Kind<std::string> user_name_kind();
Kind<std::string> group_name_kind();
/// "0660": the mode of a socket, which lets not everybody in.
Kind<mode_t> mode_kind();
/// "example.org" or "*.example.org", in lower case.
Kind<std::string> domain_name_kind();
/// "hostmaster", in lower case.
Kind<std::string> local_part_kind();
/// "example.org" or "user@example.org", in lower case.
Kind<std::string> destination_kind();
/// A URL of parse_next_hop(); a relative path in it becomes relative to the folder of the configuration.
Kind<next_hop::NextHop> next_hop_kind();
/// "sqlite:PATH", with the same for its path.
Kind<std::string> store_url_kind();

inline constexpr std::string_view kFileScheme = "file:";
/// "file:PATH", with the same for its path.
Kind<std::string> recipients_kind();

/// Returns `url` with `folder` before its path if the path is relative; for "sqlite:", "file:", "lmtp:" and
/// "maildir:" only.
std::string resolve_url(std::string_view url, std::string_view folder);

}  // namespace backstop::config
