// SPDX-License-Identifier: LGPL-2.1-or-later
// command.so: the channel behind its C symbol.
#include "plugins/command/command_channel.h"

LOQUET_DEFINE_CHANNEL(loquet::plugins_command::CommandChannel)
