// SPDX-License-Identifier: LGPL-2.1-or-later
// smtp.so: the channel behind its C symbol.
#include "plugins/smtp/smtp_channel.h"

LOQUET_DEFINE_CHANNEL(loquet::plugins_smtp::SmtpChannel)
