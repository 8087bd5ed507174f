"""The shell as somebody at a terminal meets it, its words, and the environment of programs."""
from emulator_terminal import BACK, DOWN, HOME, LEFT, PROMPT, UP, WIDTH, Terminal
from emulator_tests import BOTH, Boot, Script

LONG = "echo " + "".join(str(i % 10) for i in range(120))
TYPED = "echo typed before\n" * 500  # more than the console keeps


def rows_of(line):
    """Of the prompt with the line behind it."""
    text = f"{PROMPT} {line}"
    return [text[at:at + WIDTH].rstrip() for at in range(0, len(text), WIDTH)]


def lines_wrap(context):
    with Terminal(context) as t:
        t.clear()
        t.type(LONG)
        t.shows(rows_of(LONG))
        t.type(BACK * 3)
        t.shows(rows_of(LONG[:-3]))
        t.type("\r")
        t.shows(lambda rows: rows[-1] == PROMPT)
        t.clear()
        t.type(UP)
        t.shows(rows_of(LONG[:-3]))
        t.type(HOME + "X")
        t.shows(rows_of("X" + LONG[:-3]))
        t.type(BACK + DOWN)
        t.shows([PROMPT])
        t.type("echo a draft" + UP)
        t.shows(rows_of(LONG[:-3]))
        t.type(DOWN)
        t.shows(rows_of("echo a draft"))


def characters_are_whole(context):
    with Terminal(context) as t:
        t.clear()
        t.type("echo h\u00e4\u00e9\u20ac" + BACK + "u" + LEFT + LEFT + BACK + "\r")
        t.shows([f"{PROMPT} echo h\u00e9u", "h\u00e9u", PROMPT])


def long_lines_run_whole_or_not(context):
    with Terminal(context) as t:
        t.clear()
        t.type("echo " + "y" * 1100 + "z\r")
        t.says(r"^y{1100}z$")
        t.clear()
        t.type("echo " + "y" * 4200 + "\r")
        t.says("^shell: the line is too long; nothing of it has run$", 120)
        t.type("echo $?\r")
        t.says("^0$")


def tab_and_search(context):
    with Terminal(context) as t:
        t.clear()
        t.type("upt\t\r")
        t.says(r"^up \d\d:")
        t.clear()
        t.type("cat /bo\tini\t\r")
        t.says("^shell$")
        t.clear()
        t.type("swapo\t")
        t.shows(rows_of("swapo"))
        t.type("\t")
        t.shows([f"{PROMPT} swapo", "swapoff   swapon", f"{PROMPT} swapo"])
        t.clear()
        t.type("\x12upt")
        t.shows(["(search 'upt') uptime"])
        t.type("\r")
        t.says(r"^up \d\d:")


def interrupt_with_a_full_queue(context):
    """What was typed before Ctrl-C is gone, what is typed behind it is not."""
    with Terminal(context) as t:
        t.clear()
        t.type("sleep 1000\r")
        t.says("sleep 1000\n")
        t.type(TYPED + "\3" + "echo status $? behind\r")
        t.says(r"\(\d+\): killed$", 120)
        t.says("^status 143 behind$")
        assert "\ntyped before" not in t.seen, t.show()


def keys_that_nobody_reads_are_kept(context):
    """Flow control: a program that reads late gets all of them."""
    with Terminal(context) as t:
        t.clear()
        t.type("sleep 2; wc\r" + TYPED + "\4")
        t.says(rf"^ +500 +1500 +{len(TYPED)}$", 120)


def top_kills(context):
    with Terminal(context) as t:
        t.clear()
        t.type("sleep 1000 &\r")
        pid = t.says(r"^\[(\d+)\]$")[1]
        t.type("top\r")
        t.shows(lambda rows: any(" sleep.exe" in row for row in rows)
                and "q ends" in rows[-1])
        t.type("k" + pid)
        t.shows(lambda rows: rows[-1].endswith(": " + pid))
        t.type("\r")
        t.shows(lambda rows: not any(" running" in row and " sleep.exe" in row for row in rows))
        t.type("q")
        t.says(rf"^shell: job \({pid}\): killed$")
        t.clear()


def said(name, lines, answer, options="", **more):
    """Lines of commands, and all that they print."""
    text = "\n".join(lines).replace("'", "'\\''")
    return Boot(name, f"-c '{text}'", options, stdout=answer, **more)


WORDS = [
    (r'echo a#b "#" \# c #d', "a#b # # c"),
    (r'echo "a\b \"c\" \$HOME \\" $NONE "$NONE"end', r'a\b "c" $HOME \ end'),
    ("A='b  c'; echo $A \"$A\"", "b c b  c"),
    ("B=1 shell -c 'echo =$B='; echo \"[$B]\"", "=1=\n[]"),
    ("C=2; shell -c 'echo \"[$C]\"'; export C; shell -c 'echo \"[$C]\"'; unset C", "[]\n[2]"),
    ("hello | wc", "shell: '|': pipes are not built yet"),
    ("echo no; hello > file", "shell: '>': redirection is not built yet"),
    ("ls *.c; echo $?", "shell: '*': patterns are not built yet; quote it to have the sign itself"),
    ("echo a;; echo b", "shell: ';;': there is no command between them"),
    ("echo $?", "2"),
]


def words():
    lines = [line for line, _ in WORDS]
    answers = "".join(f"{answer}\n" for _, answer in WORDS)
    return said("Shell_words_are_as_in_sh", lines, answers, emulators=BOTH)


GOES_ON = ["echo one t\\", "wo", "echo 'a\\", "b'", "# no more of it \\", "echo three",
           r"echo x\\", '""; echo $?']

# What others have: why it is not here, and the status of what is not found.
MISSED = {"cd /": "cd: not found: there is no current folder, every path begins at /",
          "env": "env: not found: export shows the variables, NAME=VALUE COMMAND sets one",
          "test 1": "test: not found: conditions are not built yet",
          "[ 1 ]; echo $?": "[: not found: conditions are not built yet\n127"}


def typed_lines_go_on(context):
    with Terminal(context) as t:
        t.clear()
        t.type("echo one \\\r")
        t.shows([f"{PROMPT} echo one \\", ">"])
        t.type("two\r")
        t.shows([f"{PROMPT} echo one \\", "> two", "one two", PROMPT])


TESTS = [
    words(),
    said("Shell_lines_go_on_behind_a_backslash", GOES_ON,
         "one two\na\\\nb\nthree\nx\\\nshell: '': not found\n127\n"),
    said("Shell_says_why_what_others_have_is_missing", list(MISSED),
         "".join(f"shell: {answer}\n" for answer in MISSED.values())),
    Script("Shell_typed_lines_go_on", typed_lines_go_on),
    said("Shell_time_tells_of_the_program", ["time sleep 0.2; echo $?"], None,
         stdout_has=(r"^real +0\.[2-9]\d\d s$", r"^processor +0\.0\d\d s$", "^0$")),
    said("Run_env_reaches_the_shell_and_its_programs",
         ["echo $GREETING $HOME", "shell -c 'echo $GREETING'"], "hello you /h\nhello you\n",
         "--env 'GREETING=hello you' --env HOME=/h", emulators=BOTH),
    Boot("Run_env_reaches_the_program", "shell.exe -c 'echo $A; echo \"$B\"'",
         "--env A=old --env A=new --env B=", stdout="new\n\n"),
    Boot("Run_env_is_checked", "hello.exe", "--env 1=2",
         verdict="setup: --env 1=2: not NAME=VALUE"),
    Script("Shell_lines_wrap", lines_wrap, emulators=BOTH),
    Script("Shell_takes_characters_whole", characters_are_whole),
    Script("Shell_runs_a_long_line_whole_or_not", long_lines_run_whole_or_not),
    Script("Shell_completes_and_searches", tab_and_search),
    Script("Shell_interrupt_with_a_full_queue", interrupt_with_a_full_queue, emulators=BOTH),
    Script("Shell_keeps_keys_that_nobody_reads", keys_that_nobody_reads_are_kept, emulators=BOTH),
    Script("Top_shows_and_kills", top_kills),
]
