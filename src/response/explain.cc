#include "response/explain.h"

namespace backstop::response {}
