// Ordinary mail to Ann: what must get in while the forged answers are kept out, and some of it looks much
// like them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "demo/mail.h"

namespace backstop::demo {

/// `tagged`: Ann's address as her mail leaves with it; some people answer to that. `date` as in a Date field.
std::vector<DemoMail> ordinary_mails(std::string_view tagged, std::string_view date);

}  // namespace backstop::demo
