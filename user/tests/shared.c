/* Memory that processes share: R07, R26. Runs itself as the other process. */
#include <sys/wait.h>

#include "check.h"

enum { PAGES = 4 };
static const char name[] = "a shared \xc3\xa4rea";

static char *new_block(uint32_t flags) {
  char *block = VmmAlloc(PAGES, NULL, flags);
  if (block == NULL) exit(2);
  return block;
}

/* Reads what the parent wrote, answers, and ends without giving anything back. */
static int child(void) {
  handle_t area = HndOpen(name, FILE_READ | FILE_WRITE);
  if (!area) return 10;
  char *view = VmmMapSharedArea(area, NULL, VM_MEM_READ | VM_MEM_WRITE);
  if (view == NULL) return 11;
  if (strcmp(view, "from the parent") != 0) return 12;
  strcpy(view + PAGE, "from the child");
  view[3 * PAGE] = 'c';
  return 0;
}

static int run_child(const char *self) {
  const char *const arguments[] = {self, "child", NULL};
  return wait_for(start_program(self, arguments)).code;
}

static void two_processes(const char *self) {
  char *block = new_block(VM_MEM_READ | VM_MEM_WRITE);
  strcpy(block, "from the parent");
  handle_t area = VmmShare(block, name);
  CHECK("VmmShare", area != 0);
  CHECK("R26_the_other_process_reads_and_answers", run_child(self) == 0);
  CHECK("R26_its_answer_is_here", strcmp(block + PAGE, "from the child") == 0 &&
                                      block[3 * PAGE] == 'c');
  uint8_t states[PAGES];
  CHECK("R10_one_truth_about_each_page",
        VmmQueryPages(0, block, PAGES, states) == PAGES && states[0] == VMM_PAGE_DIRTY &&
            states[1] == VMM_PAGE_DIRTY && states[2] == VMM_PAGE_UNCOMMITTED);
  CHECK("HndClose", HndClose(area));
  area = HndOpen(name, FILE_READ);
  CHECK("a_name_lasts_as_long_as_a_view", area != 0 && HndClose(area));
  CHECK("VmmFree_ends_the_view_of_who_offered", VmmFree(block));
  errno = 0;
  CHECK("and_with_the_last_one_the_name", !HndOpen(name, FILE_READ) && errno == ENOENT);
}

static void views_of_our_own(void) {
  char *block = new_block(VM_MEM_READ | VM_MEM_WRITE);
  handle_t area = VmmShare(block + PAGE, NULL);
  char *view = VmmMapSharedArea(area, NULL, VM_MEM_READ);
  struct vmm_block info;
  CHECK("a_view_says_what_it_is", view != NULL && VmmQuery(0, view, &info) && info.base == view &&
                                      info.pages == PAGES && info.kind == VMM_SHARED &&
                                      info.flags == VM_MEM_READ);
  CHECK("the_block_stays_one", VmmQuery(0, block, &info) && info.kind == VMM_BLOCK);
  bool zero = view[PAGE] == 0;
  block[PAGE] = 'x';
  CHECK("R15_what_showed_zeros_shows_the_page", zero && view[PAGE] == 'x');
  CHECK("VmmProtect_gives_what_the_handle_allows",
        VmmProtect(view, PAGES, VM_MEM_READ | VM_MEM_WRITE));
  view[2 * PAGE] = 'y';
  CHECK("both_ways", block[2 * PAGE] == 'y');
  errno = 0;
  CHECK("VmmFree_of_a_view_is_EINVAL", !VmmFree(view) && errno == EINVAL);
  errno = 0;
  CHECK("VmmUnmap_of_a_block_is_EINVAL", !VmmUnmap(block) && errno == EINVAL);
  errno = 0;
  CHECK("VmmResize_is_EBUSY", VmmResize(block, 8) == NULL && errno == EBUSY);
  CHECK("VmmLock_of_both", VmmLock(view, PAGES) && VmmLock(block, 1) && VmmUnlock(view, PAGES));
  CHECK("R26_a_discard_is_seen_by_all", VmmAdvise(view, PAGES, VM_ADVISE_DISCARD) &&
                                            block[PAGE] == 0 && block[2 * PAGE] == 0);
  CHECK("VmmUnmap", VmmUnmap(view + PAGE) && VmmQuery(0, view, &info) && info.kind == VMM_FREE);
  CHECK("without_area_and_view_it_has_its_size_again",
        HndClose(area) && (block = VmmResize(block, 8)) != NULL);
  VmmFree(block);
}

static void rights(void) {
  char *block = new_block(VM_MEM_READ | VM_MEM_WRITE);
  handle_t area = VmmShareRights(block, name, VM_MEM_READ);
  CHECK("VmmShareRights", area != 0);
  errno = 0;
  CHECK("a_name_is_taken_once", !VmmShare(block, name) && errno == EEXIST);
  errno = 0;
  CHECK("HndOpen_of_more_is_EACCES", !HndOpen(name, FILE_WRITE) && errno == EACCES);
  errno = 0;
  CHECK("a_view_of_more_is_EACCES",
        VmmMapSharedArea(area, NULL, VM_MEM_WRITE) == NULL && errno == EACCES);
  char *view = VmmMapSharedArea(area, NULL, 0);
  errno = 0;
  CHECK("VmmProtect_of_more_is_EACCES",
        view != NULL && !VmmProtect(view, 1, VM_MEM_WRITE) && errno == EACCES);
  CHECK("VmmProtect_of_less", VmmProtect(view, 1, VM_MEM_READ) && view[0] == 0);
  errno = 0;
  CHECK("discard_wants_the_right_to_write",
        !VmmAdvise(view, 1, VM_ADVISE_DISCARD) && errno == EACCES);
  CHECK("VmmLock_of_a_view_that_is_read", VmmLock(view, 1));
  CHECK("VmmUnmap_of_a_view_in_parts", VmmUnmap(view));
  HndClose(area);
  VmmFree(block);
}

static void refusals(void) {
  char *block = new_block(VM_MEM_READ);
  char *view;
  handle_t area = VmmShare(block, NULL);
  CHECK("a_block_that_is_read", area != 0 && (view = VmmMapSharedArea(area, NULL, 0)) != NULL);
  errno = 0;
  CHECK("VmmShare_of_a_view_is_EINVAL", !VmmShare(view, NULL) && errno == EINVAL);
  errno = 0;
  CHECK("VmmShare_of_the_stack_is_EINVAL", !VmmShare(&area, NULL) && errno == EINVAL);
  errno = 0;
  CHECK("VmmShare_of_code_is_EINVAL", !VmmShare((void *)(uintptr_t)refusals, NULL) &&
                                          errno == EINVAL);
  errno = 0;
  CHECK("no_name_is_no_UTF_8", !VmmShare(block, "\xc0\xaf") && errno == EINVAL);
  errno = 0;
  CHECK("an_empty_name", !VmmShare(block, "") && errno == EINVAL);
  errno = 0;
  CHECK("a_name_in_no_memory", !VmmShare(block, (const char *)1) && errno == EFAULT);
  char longest[257];
  memset(longest, 'n', sizeof longest - 1);
  longest[256] = 0;
  errno = 0;
  CHECK("a_name_of_256_bytes", !VmmShare(block, longest) && errno == ENAMETOOLONG);
  longest[255] = 0;
  handle_t named = VmmShare(block, longest);
  CHECK("a_name_of_255_bytes", named != 0 && HndClose(named));
  errno = 0;
  CHECK("flags_of_blocks_are_EINVAL",
        VmmMapSharedArea(area, NULL, VM_MEM_EAGER) == NULL && errno == EINVAL);
  errno = 0;
  CHECK("no_handle", VmmMapSharedArea(12345, NULL, 0) == NULL && errno == EBADF);
  CHECK("VmmProtect_of_a_page", VmmProtect(block, 1, 0));
  errno = 0;
  CHECK("a_page_without_access_is_EACCES", !VmmShare(block, NULL) && errno == EACCES);
  HndClose(area);
  VmmUnmap(view);
  VmmFree(block);
}

/* S1. */
static void many_names(void) {
  char *block = new_block(VM_MEM_READ);
  handle_t areas[65];
  char one[16] = "name ??";
  int made = 0;
  for (; made < 65; made++) {
    one[5] = (char)('0' + made / 10);
    one[6] = (char)('0' + made % 10);
    errno = 0;
    if (!(areas[made] = VmmShare(block, one))) break;
  }
  CHECK("S1_a_process_has_64_names", made == 64 && errno == ENOMEM);
  while (made > 0) HndClose(areas[--made]);
  VmmFree(block);
  CHECK("names_go_with_the_block", !HndOpen("name 00", FILE_READ));
}

int main(int argc, char **argv) {
  if (argc > 1) return child();
  two_processes(argv[0]);
  views_of_our_own();
  rights();
  refusals();
  many_names();
  return finish();
}
