// The dashboard's files, which are part of the program. web/ has their sources.
#pragma once

#include "http/call.h"

namespace backstop::http {

Reply show_dashboard(Call& call);
Reply show_script(Call& call);
Reply show_style(Call& call);

}  // namespace backstop::http
