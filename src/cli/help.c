#include "cli/help.h"

#include "base/text.h"

void help_print(FILE *stream) {
  fputs("usage: anomalyctl VERB [OPTION...] [OPERAND...]\n"
        "\n"
        "The engine of collectd's anomaly plugin on the command line.\n"
        "\n"
        "Verbs:\n",
        stream);
  for (const struct verb *const *verb = verb_list; *verb != NULL; verb++) {
    char call[64];
    struct text text = text_over(call, sizeof call);
    text_addf(&text, "%s %s", (*verb)->name, (*verb)->operands);
    fprintf(stream, "  %-18s %s\n", call, (*verb)->summary);
  }
  fputs("\n"
        "Options:\n"
        "  --help     this list; after a verb, that verb's options\n"
        "  --version  name and version of the program\n"
        "\n"
        "Exit status: 0 all is well, 1 something is wrong with data, configuration, input or\n"
        "output, 2 the command line was not understood.\n",
        stream);
}

static void print_option(FILE *stream, const struct verb_option *option) {
  char call[64];
  struct text text = text_over(call, sizeof call);
  if (option->letter != '\0')
    text_addf(&text, "-%c, --%s", option->letter, option->name);
  else
    text_addf(&text, "--%s", option->name);
  if (option->argument != NULL)
    text_addf(&text, " %s", option->argument);
  fprintf(stream, "  %-33s  %s\n", call, option->help);
}

void help_print_verb(FILE *stream, const struct verb *verb) {
  static const struct verb_option help = {.name = "help", .letter = 'h', .help = "this text"};
  fprintf(stream, "usage: anomalyctl %s [OPTION...]%s%s\n\n%s\n", verb->name,
          *verb->operands == '\0' ? "" : " ", verb->operands, verb->summary);
  fputs("\nOptions:\n", stream);
  for (const struct verb_option *option = verb->options; option->name != NULL; option++)
    print_option(stream, option);
  print_option(stream, &help);
  if (*verb->about != '\0')
    fprintf(stream, "\n%s", verb->about);
}
