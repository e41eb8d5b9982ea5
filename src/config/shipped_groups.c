#include "config/shipped_groups.h"

const char shipped_groups[] =
    "groups = (\n"
    "\n"
    "# What shows how a host does. Of each processor only what it mostly does, so that\n"
    "# some dozens of them have room.\n"
    "{ name = \"host\"; by = \"host\"; detector = \"host\";\n"
    "  members = ( { plugin = \"/^(cpu|aggregation|load|memory|swap|vmem)$/\"; },\n"
    "              { plugin = \"/^(disk|df|interface)$/\"; },\n"
    "              { plugin = \"/^(processes|contextswitch|tcpconns)$/\"; } );\n"
    "  exclude = ( { plugin = \"cpu\"; type_instance = \"/^(nice|softirq|interrupt|steal)$/\"; } "
    "); }\n"
    "\n"
    ");\n";
