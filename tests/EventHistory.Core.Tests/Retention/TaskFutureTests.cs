using EventHistory.Core.Retention;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Retention;

public sealed class TaskFutureTests
{
    private static readonly DateTime _recorded = Given.At("12:00:00");

    private static readonly RetentionPolicy _policy = new()
    {
        MaxTasks = null,
        MaxAge = [new AgeRule(TaskStates.Failure, "shop.*", TimeSpan.FromDays(90)), new AgeRule(TaskStates.Failure, null, null), new AgeRule(null, null, TimeSpan.FromDays(7))],
    };

    [Theory]
    [InlineData("FAILURE", "shop.pay", 90)]
    [InlineData("SUCCESS", "shop.pay", 7)]
    [InlineData("SUCCESS", null, 7)]
    public void The_first_rule_about_a_task_says_when_it_goes(string state, string? name, int days) =>
        Assert.Equal(_recorded.AddDays(days), TaskFuture.Of(_policy, state, name, _recorded).GoesAt);

    [Fact]
    public void Without_a_limit_it_stays_for_ever()
    {
        Assert.True(TaskFuture.Of(_policy, TaskStates.Failure, "mail.send", _recorded).IsForEver);
        Assert.False(TaskFuture.Of(_policy with { MaxTasks = 10 }, TaskStates.Failure, "mail.send", _recorded).IsForEver);
        Assert.True(TaskFuture.Of(_policy with { MaxAge = [new AgeRule(null, null, TimeSpan.MaxValue)] }, TaskStates.Success, null, _recorded).IsForEver);
    }
}
