#include "cli/option_list.h"

#include "base/option.h"
#include "base/text.h"
#include "cli/say.h"

#include <stdio.h>

void option_list_print(const struct option_row *rows) {
  const struct emphasis bold = emphasis_of_stdout();
  if (rows->name == NULL) {
    puts("\nIt has no options.");
    return;
  }
  printf("\n%s%-16s %-10s %s%s\n", bold.on, "OPTION", "PRESET", "RANGE", bold.off);
  for (; rows->name != NULL; rows++) {
    char preset[64], range[256];
    struct text preset_text = text_over(preset, sizeof preset);
    struct text range_text = text_over(range, sizeof range);
    option_print(rows, rows->preset, &preset_text);
    option_print_range(rows, &range_text);
    printf("%-16s %-10s %s\n    %s.\n", rows->name, preset, range, rows->help);
  }
}
