// SPDX-License-Identifier: LGPL-2.1-or-later
// file.so: the channel behind its C symbol.
#include "plugins/file/file_channel.h"

LOQUET_DEFINE_CHANNEL(loquet::plugins_file::FileChannel)
