// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/lib/directory/written_image.h"

#include "lib/base/file.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>

#include <array>
#include <cstring>
#include <limits>
#include <string>

namespace loquet::directory {

ImageBytes::ImageBytes(std::span<const std::byte> content)
    : size_(content.size()), lines_(content.size() / sizeof(CacheLine) + 1) {
    std::memcpy(lines_.front().bytes.data(), content.data(), content.size());
}

ImageBytes written_image(base::Function<void(ImageWriter&)> fill, const ImageLabel& label) {
    const tests::TempFolder folder;
    const std::string path = folder / "image";
    const base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    ImageWriter writer(file.get(), label);
    fill(writer);
    writer.finish();
    const std::string content = base::read_file(path, std::numeric_limits<std::size_t>::max());
    return ImageBytes(std::as_bytes(std::span(content)));
}

void add_small(ImageWriter& writer) {
    constexpr std::array<std::uint32_t, 2> alices_groups{40000, 29};
    constexpr std::array<std::uint32_t, 1> bobs_groups{40000};
    const std::array<std::string, 2> staff{"alice", "bob"};
    writer.add(PersonEntry{30001, 30001, true, "alice", "Alice Lefèvre,,,", "/home/alice", "/bin/bash", alices_groups});
    writer.add(PersonEntry{30002, 40000, false, "bob", "", "/home/bob", "", bobs_groups});
    writer.add(GroupEntry{40000, "staff", staff});
    writer.add(GroupEntry{40001, "empty", {}});
}

ImageBytes small_image(const ImageLabel& label) {
    return written_image([](ImageWriter& writer) { add_small(writer); }, label);
}

} // namespace loquet::directory
