// Which client brings which mail, and in which order they come.
#pragma once

#include <vector>

#include "demo/mail.h"

namespace backstop::demo {

/// Ann's own program.
DemoSender desk_of_ann(std::vector<DemoMail> mails);

/// The servers of the world: the forged mails come a few over each connection, each of the others over one of
/// its own, spread among them. Every sender has a name and an address that no other has.
std::vector<DemoSender> world(std::vector<DemoMail> forged, std::vector<DemoMail> others);

}  // namespace backstop::demo
