/* A line of input: the CPU time of one checksum of 1460 bytes is printed, ns. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define BYTES 1460
#define LOOPS 100000

static uint16_t segment[BYTES / 2];

static __attribute__((noinline)) uint16_t checksum(const uint16_t *words)
{
    uint32_t sum = 0;
    for (int i = 0; i < BYTES / 2; i++) {
        sum += words[i];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    return ~((sum & 0xffff) + (sum >> 16));
}

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(void)
{
    char line[64];
    volatile uint16_t answer;
    for (int i = 0; i < BYTES / 2; i++) {
        segment[i] = i * 40503;
    }
    while (fgets(line, sizeof line, stdin)) {
        double before = cpu_ns();
        for (int i = 0; i < LOOPS; i++) {
            answer = checksum(segment);
            __asm__ volatile("" ::: "memory");
        }
        printf("%f\n", (cpu_ns() - before) / LOOPS);
        fflush(stdout);
    }
    (void) answer;
    return 0;
}
