// Mails with placeholders, such as {date}: the files of samples/demo, whose README.md says how to write one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::demo {

/// What fills the placeholders: by their names, without braces.
using Values = std::map<std::string_view, std::string>;

/// Returns the text with the value in place of each {name}. Braces in a value are left alone. Fails if a name
/// has no value.
base::Result<std::string> fill(std::string_view text, const Values& values);

struct MailTemplate {
  std::string path;          ///< of its file, for errors
  std::string name;          ///< of its file, without folder and ".eml"
  std::string reverse_path;  ///< from Return-Path, without brackets; empty: the null sender
  std::string recipient;     ///< from Delivered-To
  std::string answer;        ///< from Answered-With: the name of another template; empty: there is no answer
  std::string text;          ///< all that follows these fields; lines end in LF
};

/// Returns the templates of a folder in the order of their names. `known` has the placeholders that they may
/// use; what the values are does not matter. The error names the file that is missing or broken.
base::Result<std::vector<MailTemplate>> read_templates(const std::string& folder, const Values& known);

}  // namespace backstop::demo
