#include "response/phrase_tables.h"

#include "response/body_phrases.h"
#include "response/header_facts.h"
#include "response/reason_phrases.h"

namespace backstop::response {

std::vector<std::vector<std::string_view>> phrase_tables() {
  return {
      header_phrases(),
      BodyPhrases::get().phrases,
      reason_phrase_texts(),
  };
}

}  // namespace backstop::response
