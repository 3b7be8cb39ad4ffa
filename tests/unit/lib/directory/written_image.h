// SPDX-License-Identifier: LGPL-2.1-or-later
// Images as ImageWriter writes them, in memory where a test may spoil them.
#pragma once

#include "lib/base/function.h"
#include "lib/directory/image.h"
#include "lib/directory/image_writer.h"

#include <cstddef>
#include <span>
#include <vector>

namespace loquet::directory {

struct alignas(64) CacheLine {
    std::array<std::byte, 64> bytes;
};

/// Bytes on the boundary that Image wants.
class ImageBytes {
public:
    explicit ImageBytes(std::span<const std::byte> content);
    [[nodiscard]] std::span<std::byte> all() { return {lines_.front().bytes.data(), size_}; }
    [[nodiscard]] std::span<const std::byte> first(std::size_t size) { return all().first(size); }
    [[nodiscard]] Image image() { return Image(all()); }

private:
    std::size_t size_;
    std::vector<CacheLine> lines_;
};

/// What `fill` adds, written by way of a real file.
ImageBytes written_image(base::Function<void(ImageWriter&)> fill, const ImageLabel& label = {});

/// alice (30001, French gecos, in 40000 and 29), bob (30002, primary group 40000, none of his own); the group staff
/// (40000) of both, and the group empty (40001).
ImageBytes small_image(const ImageLabel& label = {});
void add_small(ImageWriter& writer);

} // namespace loquet::directory
