#include "transport/net/loop.h"

#include "transport/net/connection.h"

#include <uv.h>

#include <csignal>
#include <future>

namespace facteur::net {
namespace {

constexpr std::size_t read_buffer_size = 256u << 10;
constexpr std::uint64_t tick_milliseconds = 100; // how finely timers are kept
constexpr unsigned ticks_between_looks = 5;      // and the time-outs of connections

} // namespace

struct Loop::Handles {
    uv_async_t wake{};
    uv_prepare_t before_waiting{};
    uv_check_t after_waiting{};
    uv_idle_t awake{}; // as long as it is active, the loop does not wait
    uv_timer_t ticker{};
};

Loop::Loop()
    : loop_(std::make_unique<uv_loop_t>()), handles_(std::make_unique<Handles>()),
      read_buffer_(read_buffer_size) {
    uv_loop_init(loop_.get());
    handles_->wake.data = handles_->ticker.data = this;
    handles_->before_waiting.data = handles_->after_waiting.data = this;
    uv_async_init(loop_.get(), &handles_->wake,
                  [](uv_async_t* handle) { static_cast<Loop*>(handle->data)->drain(); });
    uv_prepare_init(loop_.get(), &handles_->before_waiting);
    uv_prepare_start(&handles_->before_waiting,
                     [](uv_prepare_t* handle) { static_cast<Loop*>(handle->data)->before_waiting(); });
    uv_check_init(loop_.get(), &handles_->after_waiting);
    uv_check_start(&handles_->after_waiting,
                   [](uv_check_t* handle) { static_cast<Loop*>(handle->data)->after_waiting(); });
    uv_idle_init(loop_.get(), &handles_->awake);
    uv_timer_init(loop_.get(), &handles_->ticker);
    uv_timer_start(
        &handles_->ticker, [](uv_timer_t* handle) { static_cast<Loop*>(handle->data)->tick(); },
        tick_milliseconds, tick_milliseconds);
    thread_ = std::thread([this] {
        // A write to a peer that has gone is an error, not the end of the program.
        sigset_t broken_pipe;
        sigemptyset(&broken_pipe);
        sigaddset(&broken_pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
        uv_run(loop_.get(), UV_RUN_DEFAULT);
    });
}

Loop::~Loop() {
    stop();
    drain(); // what was posted too late is destroyed, not run
    uv_loop_close(loop_.get());
}

void Loop::post(std::function<void()> task) {
    if (stopped_.load(std::memory_order_acquire)) return;
    // The list owns its nodes, and drain takes them back at any moment from then on.
    Task* next = tasks_.load(std::memory_order_relaxed);
    Task* node = std::make_unique<Task>(Task{std::move(task), next}).release();
    while (!tasks_.compare_exchange_weak(next, node, std::memory_order_release, std::memory_order_relaxed))
        node->next = next;
    // Only who finds the queue empty wakes the loop; the others' tasks are taken with it. The loop itself is
    // awake.
    if (next == nullptr && !is_current()) wake();
}

void Loop::wake() {
    if (!stopped_.load(std::memory_order_acquire)) uv_async_send(&handles_->wake);
}

// What is posted by what was posted comes after whatever the sockets have by then.
void Loop::before_waiting() {
    drain();
    if (tasks_.load(std::memory_order_relaxed) != nullptr) uv_idle_start(&handles_->awake, [](uv_idle_t*) {});
}

void Loop::after_waiting() {
    uv_idle_stop(&handles_->awake);
    drain();
}

void Loop::run(const std::function<void()>& task) {
    // Shared with the task: one that is dropped breaks the promise, which ends the wait too.
    auto done = std::make_shared<std::promise<void>>();
    auto finished = done->get_future();
    post([&task, done = std::move(done)] {
        task();
        done->set_value();
    });
    finished.wait();
}

void Loop::drain() {
    Task* newest = tasks_.exchange(nullptr, std::memory_order_acquire);
    Task* oldest = nullptr;
    while (newest != nullptr) {
        Task* next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest != nullptr) {
        const std::unique_ptr<Task> task(oldest);
        oldest = task->next;
        if (!stopped_.load(std::memory_order_relaxed)) task->run();
    }
}

void Loop::after(std::uint64_t milliseconds, std::function<void()> task) {
    timers_.emplace(now() + milliseconds, std::move(task));
}

std::uint64_t Loop::now() const {
    return uv_now(loop_.get());
}

void Loop::tick() {
    const auto time = now();
    while (!timers_.empty() && timers_.begin()->first <= time) {
        const auto timer = timers_.extract(timers_.begin());
        timer.mapped()();
    }
    if (++ticks_ % ticks_between_looks != 0) return;
    // A time-out may close connections: look at a copy.
    std::vector<std::shared_ptr<Connection>> late;
    for (const auto& connection : connections_)
        if (connection->is_late(time)) late.push_back(connection);
    for (const auto& connection : late)
        connection->time_out();
}

void Loop::keep(std::shared_ptr<Connection> connection) {
    connections_.insert(std::move(connection));
    open_.store(connections_.size(), std::memory_order_relaxed);
}
void Loop::drop(const std::shared_ptr<Connection>& connection) {
    connections_.erase(connection);
    open_.store(connections_.size(), std::memory_order_relaxed);
}
void Loop::on_stop(std::function<void()> close) {
    closers_.push_back(std::move(close));
}

void Loop::close_all() {
    for (const auto& close : closers_)
        close();
    closers_.clear();
    const auto connections = connections_;
    for (const auto& connection : connections)
        connection->abort();
}

void Loop::stop() {
    if (!thread_.joinable()) return;
    post([this] {
        close_all();
        stopped_.store(true, std::memory_order_release);
        uv_close(reinterpret_cast<uv_handle_t*>(&handles_->wake), nullptr);
        uv_close(reinterpret_cast<uv_handle_t*>(&handles_->before_waiting), nullptr);
        uv_close(reinterpret_cast<uv_handle_t*>(&handles_->after_waiting), nullptr);
        uv_close(reinterpret_cast<uv_handle_t*>(&handles_->awake), nullptr);
        uv_close(reinterpret_cast<uv_handle_t*>(&handles_->ticker), nullptr);
    });
    thread_.join();
}

LoopPool::LoopPool(std::size_t loops) {
    for (std::size_t n = 0; n < std::max<std::size_t>(1, loops); ++n)
        loops_.push_back(std::make_unique<Loop>());
}
void LoopPool::stop() {
    for (auto& loop : loops_)
        loop->stop();
}

} // namespace facteur::net
