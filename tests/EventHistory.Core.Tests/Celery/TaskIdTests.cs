using EventHistory.Core.Celery;

namespace EventHistory.Core.Tests.Celery;

public sealed class TaskIdTests
{
    /// <summary>The SQL function <c>eventhistory.task_key</c> gives the same keys for the same ids.</summary>
    [Theory]
    [InlineData("d93e7b96-3b5e-4d57-9a3c-0123456789ab", "d93e7b96-3b5e-4d57-9a3c-0123456789ab", true)]
    [InlineData("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000", true)]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff", true)]
    [InlineData("0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506", "0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506", true)]
    [InlineData("D93E7B96-3B5E-4D57-9A3C-0123456789AB", "bc2c9f15-655e-8807-b512-2464610120af", false)]
    [InlineData("d93e7b963b5e4d579a3c0123456789ab", "df8e8132-fa20-8e29-beb7-7a7a1312455f", false)]
    [InlineData("{d93e7b96-3b5e-4d57-9a3c-0123456789ab}", "5889ea8f-b203-8390-a8b3-2c39e4fcf019", false)]
    [InlineData("d93e7b96-3b5e-8d57-9a3c-0123456789ab", "10c5d611-8843-80c7-8158-5ac24728bb7b", false)]
    [InlineData("+93e7b96-3b5e-4d57-9a3c-0123456789ab", "af396815-1169-8cf6-9be3-b5f649e21500", false)]
    [InlineData("0x3e7b96-3b5e-4d57-9a3c-0123456789ab", "20be9565-b033-8092-8e12-7c5a7dc0e496", false)]
    [InlineData("d93e7b96-3b5e-4d57-9a3c-0x23456789ab", "cb850e87-afd7-8f73-83dc-eb822151516a", false)]
    [InlineData("d93e7b963-b5e-4d57-9a3c-0123456789ab", "dcc3f393-8cbb-8823-9aa4-07537662e428", false)]
    [InlineData("-d93e7b96-3b5e-4d57-9a3c0123456789ab", "924abdac-4ef5-8b21-b198-a82fdf2e62ef", false)]
    [InlineData("d93e7b96-3b5e-4d57-9a3c-0123456789a\n", "bc7f0ad4-7e01-8c77-b24a-55877d177ff9", false)]
    [InlineData("d93e7b96-3b5e-4d57-9a3c-0123456789ab\n", "89b379e7-2496-8371-923b-aeb336f5f346", false)]
    [InlineData(" ", "36a9e7f1-c95b-82ff-b997-43e0c5c4ce95", false)]
    [InlineData("42", "73475cb4-0a56-8e8d-a8a0-45ced110137e", false)]
    [InlineData("order 7/б☃😀", "2561860e-e449-8da7-9504-3b6b3e453dca", false)]
    [InlineData("a\\u0000b", "acd938f0-69f5-8bb0-a00b-c4cb2a5eb3dd", false)]
    public void An_id_has_the_key_that_SQL_gives_it(string id, string key, bool isPlain)
    {
        var parsed = TaskId.Parse(id);
        Assert.Equal((key, id, isPlain ? null : id), (parsed.Key.ToString(), parsed.ToString(), parsed.OddText));
    }

    [Fact]
    public void What_no_database_text_holds_is_kept_as_its_escape()
    {
        Assert.Equal("a\\u0000\\ud800b", TaskId.Parse("a\0\ud800b").ToString());
        Assert.Equal(TaskId.Parse("a\\u0000b"), TaskId.Parse("a\0b"));
    }

    [Fact]
    public void The_key_of_an_odd_id_is_a_UUID_of_version_8() => Assert.Equal((8, 0x8), (TaskId.Parse("x").Key.Version, TaskId.Parse("x").Key.Variant & 0xC));

    [Fact]
    public void A_very_long_id_is_an_id() => Assert.Equal(100_000, TaskId.Parse(new string('x', 100_000)).ToString().Length);
}
