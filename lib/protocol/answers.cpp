// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/protocol/answers.h"

#include "lib/base/limits.h"
#include "lib/protocol/sealed_texts.h"

namespace loquet::protocol {

namespace {

constexpr SealedLimits of_answers{"answers", limits::answers_per_turn, limits::answer_bytes};

} // namespace

base::Fd seal_answers(const Answers& answers) {
    std::vector<std::string_view> texts;
    texts.reserve(answers.size());
    for (const base::Secret& answer : answers) {
        texts.push_back(answer.reveal());
    }
    return seal_texts(texts, of_answers);
}

Answers open_answers(int fd) {
    return open_texts(fd, of_answers);
}

Answers parse_answers(std::span<const std::uint8_t> bytes) {
    return parse_texts(bytes, of_answers);
}

} // namespace loquet::protocol
