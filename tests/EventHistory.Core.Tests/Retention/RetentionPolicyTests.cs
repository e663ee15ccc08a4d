using System.Text;
using EventHistory.Core.Retention;

namespace EventHistory.Core.Tests.Retention;

public sealed class RetentionPolicyTests
{
    private static readonly DateTime _now = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    private static RetentionPolicy Policy(string json) => RetentionPolicyJson.Parse(Encoding.UTF8.GetBytes(json)).Value!;

    [Theory]
    [InlineData("SUCCESS", "shop.pay", 7)]
    [InlineData("FAILURE", "shop.pay", 90)] // failures outlive successes
    [InlineData("FAILURE", "audit.log", null)] // the first rule that is about it decides
    [InlineData("SUCCESS", "audit.log", null)]
    [InlineData("SUCCESS", null, 7)] // of a task without a name nothing is known but its state
    [InlineData("REVOKED", "shop.cart.drop", 1)]
    [InlineData("REVOKED", "shop.cart", null)]
    [InlineData("REVOKED", null, null)]
    public void Of_the_rules_the_first_that_is_about_a_task_decides(string state, string? name, int? days)
    {
        var policy = Policy("""
            {"max_age": [{"name": "audit.*", "age": null}, {"state": "SUCCESS", "age": "7d"}, {"state": "FAILURE", "age": "90d"}, {"name": "shop.*.drop*", "age": "1d"}]}
            """);
        Assert.Equal(days is { } age ? _now.AddDays(-age) : null, policy.Before(state, name, _now));
        Assert.Equal(_now.AddDays(-1), policy.LatestBefore(_now));
    }

    [Fact]
    public void What_is_left_out_is_as_by_default_and_null_is_for_ever()
    {
        Assert.Equal(10_000_000, Policy("{}").MaxTasks);
        Assert.Null(Policy("""{"max_tasks": null}""").MaxTasks);
        Assert.True(Policy("""{"max_tasks": null}""").IsEmpty);
        Assert.Null(Policy("{}").Rollups);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"max_tasks":5,"max_age":[{"state":"SUCCESS","name":"a*","age":"36h"},{"state":null,"name":null,"age":null}],"max_bytes":200000000,"worker_heartbeats":"8w","rollups":"2y","rejected_messages":"30d"}""")]
    public void What_is_written_is_read_as_the_same(string json)
    {
        var written = RetentionPolicyJson.Write(Policy(json));
        Assert.Equal(written, RetentionPolicyJson.Write(Policy(written)));
        if (json.Length > 2)
            Assert.Equal(json, written.Replace("56d", "8w", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense", "not JSON")]
    [InlineData("[]", "The body is not an object")]
    [InlineData("""{"max_task": 5}""", "There is no member \"max_task\": there are max_tasks, max_age")]
    [InlineData("""{"max_tasks": 0}""", "max_tasks must be a whole number from 1, or null")]
    [InlineData("""{"max_tasks": "many"}""", "max_tasks must be a whole number")]
    [InlineData("""{"max_tasks": 1.5}""", "max_tasks must be a whole number")]
    [InlineData("""{"max_bytes": 5}""", "max_bytes must be a whole number from 100000000")]
    [InlineData("""{"max_age": {"state": "SUCCESS"}}""", "max_age must be a list")]
    [InlineData("""{"max_age": [{"state": "SUCCESS"}]}""", "max_age[0] has no age")]
    [InlineData("""{"max_age": [{"age": "5d"}, {"age": "soon"}]}""", "max_age[1].age is not an age: write a whole number and h, d, w or y")]
    [InlineData("""{"max_age": [{"age": 30}]}""", "max_age[0].age is not an age")]
    [InlineData("""{"max_age": [{"state": "STARTED", "age": "5d"}]}""", "max_age[0].state \"STARTED\" is none of a finished task")]
    [InlineData("""{"max_age": [{"name": "", "age": "5d"}]}""", "max_age[0].name must be a task's name")]
    [InlineData("""{"max_age": [{"named": "x", "age": "5d"}]}""", "There is no member \"named\"")]
    [InlineData("""{"rollups": "0d"}""", "rollups is not an age")]
    [InlineData("""{"rollups": "101y"}""", "rollups is not an age")]
    public void What_cannot_be_is_refused_with_a_sentence(string json, string sentence)
    {
        var (policy, problem) = RetentionPolicyJson.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Null(policy);
        Assert.Contains(sentence, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_can_be_written_in_a_line()
    {
        var (rules, _) = AgeRulesText.Parse("SUCCESS 30d; audit.* forever;FAILURE shop.* 1y ; 2w");
        Assert.Equal(
            [
                new("SUCCESS", null, TimeSpan.FromDays(30)), new(null, "audit.*", null),
                new("FAILURE", "shop.*", TimeSpan.FromDays(365)), new(null, null, TimeSpan.FromDays(14)),
            ], rules);
        Assert.Contains("is not an age", AgeRulesText.Parse("SUCCESS").Problem, StringComparison.Ordinal);
        Assert.Contains("says too much", AgeRulesText.Parse("SUCCESS a b 3d").Problem, StringComparison.Ordinal);
    }
}
