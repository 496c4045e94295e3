// What comes with the program in samples/. The mailbox joe-job.mbox is Ann's mail of four weeks, with one day
// on which spam was sent in her name; scripts/make-sample writes it. The folder demo has mail templates.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "report/examiner.h"

namespace backstop::demo {

inline constexpr std::string_view kSampleMailbox = "joe-job.mbox";
inline constexpr std::string_view kSampleTemplates = "demo";

/// Returns the path of that file or folder of samples/. The error names all places that were searched.
base::Result<std::string> find_sample(std::string_view name);

/// Returns settings with the key that the tags in the sample mailbox were made with.
report::ExaminerSettings sample_settings();

}  // namespace backstop::demo
